"""The shape of a pack's files; of its check instances only the names."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from compliance.document import Code, DecidedBy, Row, ShortText, Text

Prefix = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]{1,15}\Z")]
CheckName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(\.[a-z0-9_]+){1,3}\Z", max_length=95)]


class Override(Struct, frozen=True, forbid_unknown_fields=True):
    """What the province decides otherwise for one row, and why. Absent: as the standard says."""

    control: Code
    why: Text
    weight: Annotated[int, Meta(ge=1, le=5)] | None = None
    threshold: ShortText | None = None
    decided_by: DecidedBy | None = None


class OwnControl(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the province itself, in one catalogue."""

    catalogue: Code


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """`pack.yaml`. Its lists are read row by row, so that each row names its own fault."""

    schema: Literal["lachan.policy_pack/1"]
    id: Prefix  # all names that the pack brings begin with it and a dot
    version: Annotated[int, Meta(ge=1, le=2**31)]
    title: Text
    overrides: Annotated[list[dict[str, Any]], Meta(max_length=500)] = []
    controls: Annotated[list[dict[str, Any]], Meta(max_length=500)] = []


class CheckFile(Struct, frozen=True):
    """A file of check instances, as far as a pack is concerned."""

    schema: Literal["lachan.checks/1"]
    family: Code
    checks: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=60)]


class CheckRow(Struct, frozen=True):
    id: CheckName
    title: Text


def named_checks(decided_by: DecidedBy | None) -> Iterator[str]:
    """Every check that a rule names."""
    if decided_by is None:
        return
    if decided_by.checks is not None:
        yield from (*(decided_by.checks.all or ()), *(decided_by.checks.any or ()))
    for part in (*(decided_by.all or ()), *(decided_by.any or ())):
        yield from named_checks(part)
