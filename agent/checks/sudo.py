"""Checks of who may become root, and whether it is written down."""

from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import sudo
from wire.privacy import Privacy
from wire.text import N_

DROP_IN = "/etc/sudoers.d/lachan"


def asks_for_password(facts: sudo.SudoFacts) -> Outcome:
    free = [_who(rule) for rule in facts.rules if "NOPASSWD:" in "".join(rule.split())]
    if facts.default("authenticate") == "!":
        free.append("Defaults !authenticate")
    return none_of(free)


def not_for_everyone(facts: sudo.SudoFacts) -> Outcome:
    return none_of([rule for rule in facts.rules if facts.everyone.intersection(sudo.who(rule))])


def use_is_logged(facts: sudo.SudoFacts) -> Outcome:
    """It goes to syslog unless that is switched off without a file instead."""
    syslog, logfile = facts.default("syslog"), facts.default("logfile")
    to_file = logfile not in {None, "!", ""}
    observed = f"syslog {'off' if syslog == '!' else 'on'}, logfile {'on' if to_file else 'off'}"
    return judged(syslog != "!" or to_file, observed)


def has_own_terminal(facts: sudo.SudoFacts) -> Outcome:
    value = facts.default("use_pty")
    return judged(value == "", {None: "no use_pty", "": "use_pty"}.get(value, "!use_pty"))


def _who(rule: str) -> str:
    return ", ".join(sudo.who(rule)) or rule.split(None, 1)[0]


CHECKS = (
    Check(
        id="sudo.asks_for_password",
        title=N_("sudo asks for the password"),
        why=N_("Otherwise whoever takes over such an account is root at once."),
        expected="none with NOPASSWD",
        remedy="grep -rn NOPASSWD /etc/sudoers /etc/sudoers.d; visudo",
        needs=sudo.collect,
        judge=asks_for_password,
        source="sudoers(5), NOPASSWD",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="sudo.not_for_everyone",
        title=N_("sudo is only for named administrators"),
        why=N_("A rule for ALL makes every account an administrator."),
        expected="none for ALL",
        remedy="grep -rn '^ALL' /etc/sudoers /etc/sudoers.d; visudo",
        needs=sudo.collect,
        judge=not_for_everyone,
        source="sudoers(5), user specification",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="sudo.use_is_logged",
        title=N_("Every use of sudo is written down"),
        why=N_("The record tells who did what as root."),
        expected="syslog on, or logfile on",
        remedy=f"echo 'Defaults logfile=\"/var/log/sudo.log\"' > {DROP_IN} && visudo -c",
        needs=sudo.collect,
        judge=use_is_logged,
        source="sudoers(5), syslog, logfile",
    ),
    Check(
        id="sudo.has_own_terminal",
        title=N_("sudo gives each command a terminal of its own"),
        why=N_("Otherwise a command may stay behind and type into the administrator's terminal."),
        expected="use_pty",
        remedy=f"echo 'Defaults use_pty' >> {DROP_IN} && visudo -c",
        needs=sudo.collect,
        judge=has_own_terminal,
        source="sudoers(5), use_pty",
    ),
)
