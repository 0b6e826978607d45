"""How hard looking at files may press the server, whose real work is another."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from agent.config.problems import Problem
from wire.text import N_

_LAST = 19


class IntegrityPace(Struct, frozen=True, forbid_unknown_fields=True):
    nice: Annotated[
        int,
        Meta(description=N_("0: reading files is as urgent as any other work; 19: the least")),
    ] = 10
    files_per_s: Annotated[
        int, Meta(description=N_("so many files are looked at in a second; 0: no limit"))
    ] = 0
    rest_above: Annotated[
        float,
        Meta(description=N_("others' tasks per processor above which it mostly rests; 0: never")),
    ] = 1.0


def pace_problems(place: str, pace: IntegrityPace) -> Iterator[Problem]:
    if not 0 <= pace.nice <= _LAST:
        yield Problem(f"{place}.nice", str(pace.nice), N_("Write a number from 0 to 19."))
    for name, value in (("files_per_s", pace.files_per_s), ("rest_above", pace.rest_above)):
        if value < 0:
            yield Problem(f"{place}.{name}", str(value), N_("Write 0 or more."))
