"""Checks of who may become root, and whether it is written down."""

from collections.abc import Callable

from agent.checks.central_rules import seen_whole
from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import sudo
from wire.privacy import Privacy
from wire.text import N_

DROP_IN = "/etc/sudoers.d/lachan"


def asks_for_password(facts: sudo.SudoFacts) -> Outcome:
    """Nobody is let off for good: not by a rule, a default, a group, or a time without end."""
    free = [_who(rule) for rule in facts.rules if "NOPASSWD:" in "".join(rule.split())]
    free += _scopes(facts, "authenticate", lambda value: value == "!")
    free += _scopes(facts, "exempt_group", lambda value: value != "!")
    free += _scopes(facts, "timestamp_timeout", lambda value: value.startswith("-"))
    return none_of(free)


def not_for_everyone(facts: sudo.SudoFacts) -> Outcome:
    return none_of([rule for rule in facts.rules if facts.everyone.intersection(sudo.who(rule))])


def use_is_logged(facts: sudo.SudoFacts) -> Outcome:
    """It goes to syslog unless that is switched off, for all or for some, without a file."""
    logfile = facts.default("logfile")
    to_file = logfile not in {None, "!", "", "/dev/null"}
    to_file = to_file and not _scopes(facts, "logfile", lambda v: v in {"!", "", "/dev/null"})
    silent = _scopes(facts, "log_allowed", lambda value: value == "!")
    quiet = _scopes(facts, "syslog", lambda value: value == "!")
    observed = f"syslog {'off' if quiet else 'on'}, logfile {'on' if to_file else 'off'}"
    return judged(
        not silent and (not quiet or to_file), observed + (", !log_allowed" * bool(silent))
    )


def has_own_terminal(facts: sudo.SudoFacts) -> Outcome:
    value = facts.default("use_pty")
    if _scopes(facts, "use_pty", lambda word: word == "!"):
        value = "!"
    return judged(value == "", {None: "no use_pty", "": "use_pty"}.get(value, "!use_pty"))


def _scopes(facts: sudo.SudoFacts, name: str, bad: Callable[[str], bool]) -> list[str]:
    """Where a parameter's last word is a bad one."""
    words = facts.last_words(name).items()
    return [f"Defaults{scope} {name}" for scope, value in words if bad(value)]


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
        judge=seen_whole(asks_for_password),
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
        judge=seen_whole(not_for_everyone),
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
        judge=seen_whole(use_is_logged),
        source="sudoers(5), syslog, logfile",
    ),
    Check(
        id="sudo.has_own_terminal",
        title=N_("sudo gives each command a terminal of its own"),
        why=N_("Otherwise a command may stay behind and type into the administrator's terminal."),
        expected="use_pty",
        remedy=f"echo 'Defaults use_pty' >> {DROP_IN} && visudo -c",
        needs=sudo.collect,
        judge=seen_whole(has_own_terminal),
        source="sudoers(5), use_pty",
    ),
)
