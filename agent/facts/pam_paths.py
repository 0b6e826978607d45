"""Which answers a PAM stack can give, followed line by line as the library follows them.

Every other module may answer anything; so what is said here holds whoever logs in.

Source: pam.d(5), control values; Linux-PAM, `_pam_dispatch_aux`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from agent.facts.pam import Line

Counts = Callable[[Line], bool]
KEYWORDS = {
    "required": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "bad"},
    "requisite": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "die"},
    "sufficient": {"success": "done", "new_authtok_reqd": "done", "default": "ignore"},
    "optional": {"success": "ok", "new_authtok_reqd": "ok", "default": "ignore"},
}
ANSWERS = ("success", "auth_err", "perm_denied", "maxtries", "authtok_err", "default")
# These answer the same whoever asks; pam_rootok lets in root, who needs no other way.
FIXED = {"pam_deny.so": "default", "pam_permit.so": "success", "pam_rootok.so": "default"}


@dataclass(frozen=True, slots=True)
class _Moment:
    """Before the line `at`: the stack's state, and whether one that counts has answered."""

    at: int
    state: str  # open | good | bad
    seen: bool


def actions_of(control: str) -> dict[str, str]:
    """What each answer does; `default` is always there."""
    if not control.startswith("["):
        return KEYWORDS.get(control, {"default": "bad"})
    pairs = (word.partition("=") for word in control.strip("[]").split())
    return {"default": "bad"} | {answer: action for answer, _, action in pairs if action}


def demanded(lines: Sequence[Line], counts: Counts) -> bool:
    """Whether nobody gets through without a yes of one of the lines that count."""
    return bool(lines) and not _passes_by(lines, counts, {"success"})


def reached(lines: Sequence[Line], counts: Counts) -> bool:
    """Whether nobody gets through without one of these lines having been asked."""
    return bool(lines) and not _passes_by(lines, counts, ANSWERS)


def _passes_by(lines: Sequence[Line], counts: Counts, saying: Collection[str]) -> bool:
    """Whether the stack can end well without one of the answers that count."""
    waiting, known = [_Moment(0, "open", seen=False)], set[_Moment]()
    while waiting:
        moment = waiting.pop()
        if moment.at >= len(lines):
            if moment.state == "good" and not moment.seen:
                return True
        elif moment not in known:
            known.add(moment)
            waiting += _next(moment, lines, counts, saying)
    return False


def _next(
    moment: _Moment, lines: Sequence[Line], counts: Counts, saying: Collection[str]
) -> Iterator[_Moment]:
    line = lines[moment.at]
    actions = actions_of(line.control)
    counted = counts(line)
    for answer in ANSWERS if counted else _answers(line, actions):
        seen = moment.seen or (counted and answer in saying)
        action = actions.get(answer, actions["default"])
        state, at = _after(moment, action, answer, len(lines))
        yield _Moment(at, state, seen)


def _answers(line: Line, actions: dict[str, str]) -> Collection[str]:
    if line.module in FIXED:
        return (FIXED[line.module],)
    return {"success", "default", *actions}


def _after(moment: _Moment, action: str, answer: str, end: int) -> tuple[str, int]:
    """The stack's state and the next line; a jump says nothing, one too far spoils all."""
    if action.isdecimal():
        at = moment.at + int(action[:6]) + 1
        return (moment.state, at) if at <= end else ("bad", end)
    if action in {"ok", "done"} and moment.state != "bad":
        state = "good" if answer == "success" else "bad"
        return state, end if action == "done" else moment.at + 1
    if action in {"bad", "die"}:
        return "bad", end if action == "die" else moment.at + 1
    return "open" if action == "reset" else moment.state, moment.at + 1
