"""Checks of data: encrypted where it lies, in a dataset, its use on record, sticks scanned."""

from agent.checks.audit_promise import BOTH, Deed, unrecorded
from agent.checks.model import Check, Outcome, judged, none_of, undecided
from agent.facts import audit_rule, data_access, data_places, uncovered
from agent.facts.data_access import AccessFacts
from agent.facts.data_places import PlaceFacts
from wire.privacy import Privacy
from wire.text import N_

NAMING = {"hostname", "fqd", "numeric", "user"}


def places_encrypted(facts: PlaceFacts) -> Outcome:
    return none_of(facts.open)


def everything_covered(facts: uncovered.UncoveredFacts) -> Outcome:
    """FAIL is what the list of causes calls UNPROTECTED_DATA."""
    return none_of(facts.places, facts.total)


def access_recorded(facts: AccessFacts) -> Outcome:
    deeds = {folder: everything_done_to(folder) for folder in facts.folders}
    rules = audit_rule.parse(facts.audit.rules)
    off = not facts.audit.installed or not facts.audit.enabled
    answers = {folder: unrecorded(done, rules) for folder, done in deeds.items()}
    missing = [folder for folder, (missed, _) in answers.items() if missed or off]
    doubtful = [folder for folder, (_, doubted) in answers.items() if doubted]
    if doubtful and not missing:
        return undecided("exceptions", f"never before always: {', '.join(doubtful)}")
    return none_of(missing)


def everything_done_to(folder: str) -> list[Deed]:
    return [Deed(arch, path=folder, permission=letter) for arch in BOTH for letter in "rw"]


def records_name_host(name_format: str | None) -> Outcome:
    good = name_format is not None and name_format.lower() in NAMING
    return judged(good, "no auditd" if name_format is None else f"name_format {name_format}")


CHECKS = (
    Check(
        id="storage.datasets_encrypted",
        title=N_("The folders of the datasets lie on encrypted disks"),
        why=N_("A disk that is stolen, sent for repair or thrown away tells nothing."),
        expected="none without LUKS",
        remedy="cryptsetup luksFormat DISK && cryptsetup open DISK data && mkfs.ext4 "
        "/dev/mapper/data",
        needs=data_places.collect_datasets,
        judge=places_encrypted,
        source="cryptsetup(8); TCVN 14423:2026, 5.4.2.4 a)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="storage.swap_encrypted",
        title=N_("Memory that is put aside on a disk is encrypted there"),
        why=N_("Swap holds whatever programs had in memory: passwords, keys, patients' data."),
        expected="none without LUKS",
        remedy="swapoff -a && echo 'swap DISK /dev/urandom swap,cipher=aes-xts-plain64' >> "
        "/etc/crypttab && systemctl daemon-reload",
        needs=data_places.collect_swap,
        judge=places_encrypted,
        source="crypttab(5), swap; TCVN 14423:2026, 5.4.2.4 a)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="data.everything_covered",
        title=N_("All data of this host is in a dataset, or was left out with a reason"),
        why=N_("What is in no dataset is not backed up, and nobody misses it until it is gone."),
        expected="none unprotected",
        remedy="nano /etc/lachan/agent.yaml && lachan-agent config validate",
        needs=uncovered.FACT,
        judge=everything_covered,
        source="du(1); limit of folders and volumes (1 GiB): our own choice",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="audit.data_access_recorded",
        title=N_("It is on record who reads and changes the datasets"),
        why=N_("After a leak the first question is who had the files."),
        expected="none without a rule for reading and writing",
        remedy="apt install auditd && echo '-w FOLDER -p rwa -k data' > "
        "/etc/audit/rules.d/data.rules && augenrules --load",
        needs=data_access.collect,
        judge=access_recorded,
        source="audit.rules(7); TCVN 14423:2026, 6.4.2.9 a), 6.8.2.1 a)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="audit.records_name_host",
        title=N_("Every audit record names the host it is from"),
        why=N_("In the central log records of many servers stand side by side."),
        expected="name_format hostname, fqd, numeric or user",
        remedy="apt install auditd && sed -i 's/^name_format.*/name_format = hostname/' "
        "/etc/audit/auditd.conf && systemctl kill -s HUP auditd",
        needs=data_access.collect_name_format,
        judge=records_name_host,
        source="auditd.conf(5), name_format; TCVN 14423:2026, 5.8.2.1 a)",
    ),
)
