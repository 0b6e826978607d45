"""What a statement is about: a newer one on the same subject takes its place.

A findings statement is about each of its checks: a quick look must not hide what an earlier,
slower one found about other checks.
"""

from collections.abc import Callable
from typing import Any

from wire.messages import Body

_ALL = ("",)

_SUBJECTS: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "findings": lambda body: tuple(dict.fromkeys(result.check for result in body.results)),
    "baseline": lambda body: (body.watched,),
    "integrity": lambda body: (body.watched,),
    "backup": lambda body: (body.dataset,),
    "manifest": lambda body: (body.dataset,),
    "verification": lambda body: (body.site,),
    "drill": lambda body: (f"{body.drill_class}/{body.dataset}/{body.site}",),
    "playbook": lambda body: (f"{body.run_id}/{body.step}"[:200],),
    "gap": lambda body: (body.subject,),
}


def subjects(kind: str, body: Body) -> tuple[str, ...]:
    """The subjects of a statement; kinds not named here have one per agent."""
    return _SUBJECTS.get(kind, lambda _body: _ALL)(body)
