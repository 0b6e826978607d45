"""The shape of a catalogue file, as policies/schema.json describes it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from compliance.durations import PATTERN

Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}\Z")]
Codes = Annotated[tuple[Code, ...], Meta(min_length=1, max_length=120)]
ShortText = Annotated[str, Meta(min_length=1, max_length=500)]
Duration = Annotated[str, Meta(pattern=PATTERN)]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    vi: ShortText
    en: ShortText


class ChecksRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of the two."""

    all: Codes | None = None
    any: Codes | None = None


class DecidedBy(Struct, frozen=True, forbid_unknown_fields=True):
    """At most one; none at all: nothing decides the row yet. `all` and `any` join such parts."""

    checks: ChecksRule | None = None
    backup: Codes | None = None
    fleet: Codes | None = None
    attest: bool | None = None
    all: "Parts | None" = None
    any: "Parts | None" = None


Parts = Annotated[tuple[DecidedBy, ...], Meta(min_length=1, max_length=50)]


class FreshFor(Struct, frozen=True, forbid_unknown_fields=True):
    """How long evidence stays fresh where a row says nothing, by the way of deciding."""

    checks: Duration
    backup: Duration
    fleet: Duration
    attest: Duration


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    id: Code
    clause: Annotated[str, Meta(min_length=1, max_length=50)]
    ordinal: Annotated[int, Meta(ge=1, le=100)]
    group: Code
    kind: Literal["host", "backup", "fleet", "attest"]
    title: Text
    evidence: Text
    weight: Annotated[int, Meta(ge=1, le=5)]
    confidence: Literal["corroborated", "unverified", "recollection"]
    sources: Codes
    decided_by: DecidedBy
    cadence: Duration | None = None
    fresh_for: Duration | None = None
    threshold: ShortText | None = None
    suggested: bool | None = None
    covers: Literal["part"] | None = None
    changed_by: Code | None = None  # the pack of the province that changed or brought the row


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["lachan.catalogue/1"]
    id: Code
    standard: Annotated[str, Meta(min_length=1, max_length=100)]
    regime: Literal["ND331", "ND85"]
    level: Annotated[int, Meta(ge=1, le=5)]
    title: Text
    fresh_for: FreshFor
    controls: Annotated[tuple[Row, ...], Meta(max_length=2000)]
