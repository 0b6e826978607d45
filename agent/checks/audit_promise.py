"""Whether a set of audit rules records something, whoever does it and by whichever spelling.

The kernel follows the first rule that fits: a `never` before an `always` takes it back.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from agent.facts.audit_rule import EVERY_PERMISSION, Rule

BOTH = ("b64", "b32")
# Without these records nobody reads later what was done, or to which file.
NEEDED_RECORDS = {"SYSCALL", "PATH", "EXECVE", "1300", "1302", "1309"}
_AT_LEAST = re.compile(r"([a-z0-9_]+)>=([0-9]{1,10})")


class Answer(Enum):
    RECORDED = "recorded"
    MISSING = "missing"
    DOUBTFUL = "doubtful"  # a rule before takes some cases out


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to be recorded: a call, or one kind of access to a path."""

    architecture: str
    call: str = ""
    case: str = ""  # one condition of its own, as `exit=-EACCES` or `a0=0x4`
    path: str = ""
    permission: str = ""
    given: frozenset[str] = frozenset()  # conditions that a rule may make and still do

    def __str__(self) -> str:
        if self.path:
            return f"{self.path} ({self.permission})"
        return f"{self.call}{f' {self.case}' if self.case else ''} ({self.architecture})"


def unrecorded(deeds: Iterable[Deed], rules: Sequence[Rule]) -> tuple[list[str], list[str]]:
    """What is missing, and what is doubtful; each once."""
    missing, doubtful = dict[str, None](), dict[str, None]()
    blind = blinded(rules)
    for deed in deeds:
        answer = Answer.MISSING if blind is Answer.MISSING else recorded(deed, rules)
        if answer is Answer.MISSING:
            missing[str(deed)] = None
        elif Answer.DOUBTFUL in {answer, blind}:
            doubtful[str(deed)] = None
    return list(missing), list(doubtful)


def recorded(deed: Deed, rules: Iterable[Rule]) -> Answer:
    answer = Answer.RECORDED
    for rule in rules:
        if rule.list != "exit" or not _touches(rule, deed):
            continue
        if rule.action == "always" and _covers(rule, deed):
            return answer
        if rule.action == "never" and not _disjoint(rule, deed):
            if _silences(rule, deed):
                return Answer.MISSING
            answer = Answer.DOUBTFUL
    return Answer.MISSING


def blinded(rules: Iterable[Rule]) -> Answer:
    """A rule of the lists `task` and `exclude` takes back what all others record."""
    answers = set(_blinding(rules))
    return next((a for a in (Answer.MISSING, Answer.DOUBTFUL) if a in answers), Answer.RECORDED)


def _blinding(rules: Iterable[Rule]) -> Iterator[Answer]:
    for rule in rules:
        if rule.list == "task" and rule.action == "never":
            yield Answer.DOUBTFUL if rule.fields else Answer.MISSING
        elif rule.list == "exclude":
            records = {f.removeprefix("msgtype=") for f in rule.fields if f.startswith("msgtype=")}
            if records & NEEDED_RECORDS or not records:
                yield Answer.MISSING if len(rule.fields) == 1 and records else Answer.DOUBTFUL


def _touches(rule: Rule, deed: Deed) -> bool:
    """Whether the rule may fit what is done."""
    if rule.architecture not in {"", deed.architecture}:
        return False
    if deed.call and rule.calls and deed.call not in rule.calls:
        return False
    if deed.path:
        return not rule.place or rule.about(deed.path) or rule.place.startswith(f"{deed.path}/")
    return True


def _covers(rule: Rule, deed: Deed) -> bool:
    """Whether the rule fits always: it makes no condition but those that are given."""
    if not all(_allowed(field, deed) for field in rule.fields):
        return False
    if deed.path:
        return not rule.calls and rule.about(deed.path) and deed.permission in rule.permissions
    # A call without its architecture has the number that it has in 64 bits.
    known = bool(rule.architecture) or not rule.calls or deed.architecture == "b64"
    return known and not rule.place and rule.permissions == EVERY_PERMISSION


def _silences(rule: Rule, deed: Deed) -> bool:
    """Whether a `never` leaves nothing of it."""
    if rule.fields:
        return False
    if deed.path:
        return not rule.calls and (not rule.place or rule.about(deed.path))
    return not rule.place


def _allowed(field: str, deed: Deed) -> bool:
    """`auid>=500` lets more through than `auid>=1000`."""
    if field in deed.given or (deed.case and field == deed.case):
        return True
    found = _AT_LEAST.fullmatch(field)
    limits = (_AT_LEAST.fullmatch(given) for given in deed.given)
    return found is not None and any(
        limit[1] == found[1] and int(found[2]) <= int(limit[2]) for limit in limits if limit
    )


def _disjoint(rule: Rule, deed: Deed) -> bool:
    """Whether the rule speaks only of cases that are not asked for."""
    if deed.path and deed.permission not in rule.permissions:
        return True
    name = f"{deed.case.partition('=')[0]}="
    if deed.case and any(f.startswith(name) and f != deed.case for f in rule.fields):
        return True
    opposites = {f.replace("!=", "=", 1) for f in deed.given if "!=" in f}
    return bool(opposites & rule.fields)
