"""What the loaded rules of the kernel's audit record, and what takes it back.

Source: auditctl(8); audit.rules(7).
"""

from collections.abc import Sequence

ALWAYS = {"always,exit", "exit,always"}
NEVER = {"never,exit", "exit,never"}
NO_TASKS = {"never,task", "task,never"}  # the kernel then follows no process at all
EXCLUDED = {"always,exclude", "exclude,always", "never,exclude", "exclude,never"}
PROGRAMS = {"execve", "all", "59"}
PROGRAM_RECORDS = {"msgtype=EXECVE", "msgtype=SYSCALL"}


def records_programs(rules: Sequence[str], architecture: str) -> bool:
    """Whether the first rule that speaks of every start of a program says `always`."""
    if blinded(rules):
        return False
    for rule in rules:
        about = _calls(rule) & PROGRAMS and _fields(rule) <= {architecture}
        if about and _list_of(rule) in ALWAYS:
            return architecture in _fields(rule)
        if about and _list_of(rule) in NEVER:
            return False
    return False


def blinded(rules: Sequence[str]) -> bool:
    """Whether a rule takes back what all others record."""
    return any(
        _list_of(rule) in NO_TASKS
        or (_list_of(rule) in EXCLUDED and bool(_fields(rule) & PROGRAM_RECORDS))
        for rule in rules
    )


def watches(rule: str, path: str) -> bool:
    """`-w PATH -p wa` or the system-call form, of writing, by whomever."""
    words = rule.split()
    permissions = [word.removeprefix("perm=") for word in words if word.startswith("perm=")]
    if "-p" in words[:-1]:
        permissions.append(words[words.index("-p") + 1])
    if not any("w" in permission for permission in permissions):
        return False
    if words[0] == "-w":
        return path in words
    others = {f for f in _fields(rule) if not f.startswith(("perm=", "arch="))}
    return _list_of(rule) in ALWAYS and others == {f"path={path}"}


def _list_of(rule: str) -> str:
    words = rule.split()
    return words[1] if len(words) > 1 and words[0] in {"-a", "-A"} else ""


def _calls(rule: str) -> set[str]:
    """Without any `-S` a rule is of all calls."""
    words = rule.split()
    named = [words[place + 1] for place, word in enumerate(words[:-1]) if word == "-S"]
    return {call for calls in named for call in calls.split(",")} or {"all"}


def _fields(rule: str) -> set[str]:
    """The conditions; the key only names the record."""
    words = rule.split()
    pairs = [words[i + 1] for i, word in enumerate(words[:-1]) if word in {"-F", "-C"}]
    return {field for field in pairs if not field.startswith("key=")}
