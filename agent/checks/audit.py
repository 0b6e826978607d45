"""Checks of the kernel's audit records."""

from agent.checks.audit_promise import BOTH, Deed, unrecorded
from agent.checks.model import Check, Outcome, judged, none_of, undecided
from agent.facts import audit_rule, auditd
from wire.text import N_

ACCOUNT_FILES = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/sudoers")
ALERTING = {"email", "exec", "syslog", "single", "halt"}  # others go on, or stop, in silence
ABSENT = "no auditd"
_INSTALL = "apt install auditd && "


def recording(facts: auditd.AuditFacts) -> Outcome:
    if not facts.installed:
        return judged(False, ABSENT)  # noqa: FBT003 - what it says
    observed = f"enabled {facts.enabled}, pid {facts.daemon}"
    return judged(facts.enabled > 0 and facts.daemon > 0, observed)


def programs_recorded(facts: auditd.AuditFacts) -> Outcome:
    """A rule for 64-bit programs alone leaves 32-bit ones unseen."""
    return _judge(facts, [Deed(architecture, call="execve") for architecture in BOTH])


def account_changes_recorded(facts: auditd.AuditFacts) -> Outcome:
    deeds = (
        Deed(architecture, path=path, permission="w")
        for path in ACCOUNT_FILES
        for architecture in BOTH
    )
    return _judge(facts, list(deeds))


def _judge(facts: auditd.AuditFacts, deeds: list[Deed]) -> Outcome:
    """By the rules that the kernel follows now."""
    if not facts.installed:
        return judged(False, ABSENT)  # noqa: FBT003 - what it says
    missing, doubtful = unrecorded(deeds, audit_rule.parse(facts.rules))
    if missing or not facts.enabled:
        return none_of(missing or [f"enabled {facts.enabled}"])
    if doubtful:
        return undecided("exceptions", f"never before always: {', '.join(doubtful)}")
    return none_of([])


def full_disk_is_told(facts: auditd.AuditStorageFacts) -> Outcome:
    if not facts.installed:
        return judged(False, ABSENT)  # noqa: FBT003 - what it says
    action = facts.space_left_action or "none"
    told = action.split()[0] in ALERTING and facts.space_left > 0
    return judged(told, f"space_left_action {action}, space_left {facts.space_left}")


CHECKS = (
    Check(
        id="audit.recording",
        title=N_("The kernel's audit is recording"),
        why=N_("It is the only record that tells which account did what, even as root."),
        expected="enabled ≥ 1, pid > 0",
        remedy=_INSTALL + "systemctl enable --now auditd",
        needs=auditd.collect,
        judge=recording,
        source="auditctl(8), -s",
    ),
    Check(
        id="audit.programs_recorded",
        title=N_("Every program that is started is recorded"),
        why=N_("The standard asks for name, parent, command and account of each process."),
        expected="none unrecorded of execve (b64), execve (b32)",
        remedy=_INSTALL + "printf -- '-a always,exit -F arch=b64 -S execve -k run\\n"
        "-a always,exit -F arch=b32 -S execve -k run\\n' > /etc/audit/rules.d/run.rules && "
        "augenrules --load",
        needs=auditd.collect,
        judge=programs_recorded,
        source="TCVN 14423:2026, 5.8.2.1 a); audit.rules(7)",
    ),
    Check(
        id="audit.account_changes_recorded",
        title=N_("Changes of accounts are recorded"),
        why=N_("A new administrator is the first thing an intruder makes."),
        expected="none unrecorded of " + ", ".join(ACCOUNT_FILES),
        remedy=_INSTALL + 'for f in passwd shadow group sudoers; do echo "-w /etc/$f -p wa '
        '-k accounts"; done > /etc/audit/rules.d/accounts.rules && augenrules --load',
        needs=auditd.collect,
        judge=account_changes_recorded,
        source="audit.rules(7); CIS Debian Linux 12, identity",
    ),
    Check(
        id="audit.full_disk_is_told",
        title=N_("Somebody is told when the disk for audit records fills up"),
        why=N_("A full disk ends the record in silence."),
        expected="space_left_action email or syslog or exec, space_left > 0",
        remedy=_INSTALL + "sed -i 's/^space_left_action.*/space_left_action = email/' "
        "/etc/audit/auditd.conf && systemctl restart auditd",
        needs=auditd.collect_storage,
        judge=full_disk_is_told,
        source="TCVN 14423:2026, 5.8.2.1 a); auditd.conf(5), space_left_action",
    ),
)
