"""What a family of checks is: one judge, of which data files make instances."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from agent.checks.model import Check, FactType, Outcome
from agent.facts.slow import SlowFact
from agent.host import Host
from wire.privacy import Privacy
from wire.text import Text

ParamsType = TypeVar("ParamsType", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Parts(Generic[FactType]):
    """What a family makes of an instance's parameters; the rest of a check stands in the data."""

    expected: str
    remedy: str
    needs: Callable[[Host], FactType] | SlowFact[FactType]
    judge: Callable[[FactType], Outcome]
    observed_is: Privacy = Privacy.PUBLIC


@dataclass(frozen=True, slots=True)
class Family(Generic[ParamsType]):
    """A kind of check.

    `params` is closed and typed; what types cannot say, its `__post_init__` refuses.
    `reads` names every path that an instance may look at; nothing where it runs a program.
    `in_packs`: a province's pack may make instances, because everything it reads is public.
    """

    name: str
    params: type[ParamsType]
    build: Callable[[ParamsType], Parts[Any]]
    reads: Callable[[ParamsType], tuple[str, ...]]
    in_packs: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What the data file itself says of an instance."""

    id: str
    title: Text
    why: Text
    source: str
    remedy: str = ""  # instead of the family's


def check_of(said: Said, parts: Parts[Any]) -> Check[Any]:
    return Check(
        id=said.id,
        title=said.title,
        why=said.why,
        expected=parts.expected,
        remedy=said.remedy or parts.remedy,
        needs=parts.needs,
        judge=parts.judge,
        source=said.source,
        observed_is=parts.observed_is,
    )
