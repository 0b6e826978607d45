"""Checks of the guards against malware."""

from agent.checks.limits import SIGNATURE_AGE_DAYS
from agent.checks.model import Check, Outcome, judged
from agent.facts import antivirus
from wire.text import N_


def scanner_runs(facts: antivirus.GuardFacts) -> Outcome:
    return _any(facts.scanners)


def files_scanned_on_access(facts: antivirus.GuardFacts) -> Outcome:
    return _any(facts.on_access)


def signatures_update_themselves(facts: antivirus.GuardFacts) -> Outcome:
    return _any(facts.updaters)


def behaviour_watched(facts: antivirus.GuardFacts) -> Outcome:
    return _any(facts.watchers)


def signatures_fresh(facts: antivirus.SignatureFacts) -> Outcome:
    age_days = (facts.today - facts.made_at).days
    return judged(age_days <= SIGNATURE_AGE_DAYS, f"{age_days} d")


def _any(programs: tuple[str, ...]) -> Outcome:
    return judged(bool(programs), ", ".join(programs) or "none")


# In no distribution: its makers' own archive comes first, by their guide for Debian packages.
_FALCO = "FALCO_FRONTEND=noninteractive apt install falco"

CHECKS = (
    Check(
        id="antivirus.scanner_runs",
        title=N_("A virus scanner runs"),
        why=N_("A file server passes infected files on to every ward."),
        expected="clamd or another scanner",
        remedy="apt install clamav-daemon && systemctl enable --now clamav-daemon",
        needs=antivirus.collect,
        judge=scanner_runs,
        source="TCVN 14423:2026, 5.10.2.1 a)",
    ),
    Check(
        id="antivirus.scans_on_access",
        title=N_("The virus scanner looks at files when they are used"),
        why=N_("A nightly scan comes hours after the harm is done."),
        expected="clamonacc or another scanner",
        remedy="apt install clamav-daemon && systemctl enable --now clamav-clamonacc",
        needs=antivirus.collect,
        judge=files_scanned_on_access,
        source="TCVN 14423:2026, 5.10.2.1 b); clamonacc(8)",
    ),
    Check(
        id="antivirus.updates_itself",
        title=N_("The virus scanner fetches new signatures by itself"),
        why=N_("New malware appears every day; old signatures do not know it."),
        expected="freshclam or another scanner",
        remedy="apt install clamav-freshclam && systemctl enable --now clamav-freshclam",
        needs=antivirus.collect,
        judge=signatures_update_themselves,
        source="TCVN 14423:2026, 5.10.2.1 b); freshclam(1)",
    ),
    Check(
        id="antivirus.signatures_fresh",
        title=N_("The virus signatures are fresh"),
        why=N_("A scanner with old signatures finds only old malware."),
        expected=f"≤ {SIGNATURE_AGE_DAYS} d",
        remedy="freshclam",
        needs=antivirus.collect_signatures,
        judge=signatures_fresh,
        source="clamscan(1), --version; limit: our own choice",
    ),
    Check(
        id="antivirus.behaviour_watched",
        title=N_("A program watches for suspicious behaviour"),
        why=N_("An intruder with a stolen password brings no virus; only his behaviour shows."),
        expected="falco, or wazuh-agentd with wazuh-logcollector and wazuh-syscheckd, or another",
        remedy=_FALCO,
        needs=antivirus.collect,
        judge=behaviour_watched,
        source="TCVN 14423:2026, 5.10.2.4 a); Falco and Wazuh documentation, installation, daemons",
    ),
)
