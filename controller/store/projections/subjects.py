"""What a statement is about: a newer one on the same subject takes its place.

The newest statements on all subjects must say as much as the whole log does when a system is
scored (`compliance.evidence`): a quick look must not hide what an earlier, slower one found
about other checks, nor a trial restore that could not look the decisive one before it.
A drill comes here with the verdict that its proof is worth.
"""

from collections.abc import Callable
from typing import Any

from compliance.evidence import BY_ITSELF, DECISIVE, SPOT
from wire.messages import Backup, Body, Drill, Findings

_WHOLE = ""
SUFFIX = "/"  # what follows it narrows a subject; no code of a dataset holds one


def _checks(body: Findings) -> tuple[str, ...]:
    return (_WHOLE, *dict.fromkeys(result.check for result in body.results))


def _backup(body: Backup) -> tuple[str, ...]:
    if body.trigger in BY_ITSELF:
        return (body.dataset, f"{body.dataset}{SUFFIX}by-itself")
    return (body.dataset,)


def _drill(body: Drill) -> tuple[str, ...]:
    place = f"{body.dataset}{SUFFIX}{body.site}"
    newest = f"{body.drill_class}{SUFFIX}{place}"
    decisive = body.drill_class != SPOT and body.verdict in DECISIVE
    return (newest, f"decisive{SUFFIX}{place}") if decisive else (newest,)


_SUBJECTS: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "findings": _checks,
    "baseline": lambda body: (body.watched,),
    "integrity": lambda body: (body.watched,),
    "file_events": lambda body: (body.watched,),
    "suspicion": lambda body: (body.watched,),
    "acceptance": lambda body: (body.watched,),
    "backup": _backup,
    "manifest": lambda body: (body.dataset,),
    "verification": lambda body: (body.site,),
    "site_state": lambda body: (body.site,),
    "retention": lambda body: (f"{body.site}{SUFFIX}{body.action}",),
    "drill": _drill,
    "playbook": lambda body: (f"{body.playbook}{SUFFIX}{body.step}",),
    "gap": lambda body: (body.subject,),
}


def subjects(kind: str, body: Body) -> tuple[str, ...]:
    """The subjects of a statement; kinds not named here have one per agent."""
    return _SUBJECTS.get(kind, lambda _body: (_WHOLE,))(body)
