"""What one level of a standard asks: read from bytes, and named by the digest of those bytes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import msgspec

from compliance.document import Document, Row
from compliance.durations import duration
from compliance.errors import CatalogueError, ContradictionError, RowTwiceError
from compliance.rules import Place, Rule, rule_of
from compliance.yaml_tree import Tree
from compliance.yaml_tree import parse as parse_yaml
from wire.text import N_
from wire.verdicts import Regime

_PATH = re.compile(r"^(?P<reason>.*?)(?: - at `(?:key in )?(?P<path>\$[^`]*)`)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Control:
    """One row of a standard. `title` and `evidence` are keyed by language."""

    id: str
    clause: str
    ordinal: int  # of the rows that share the clause, in order of appearance
    group: str
    kind: str  # host | backup | fleet | attest
    title: Mapping[str, str]
    evidence: Mapping[str, str]  # what to show an inspector
    weight: int
    confidence: str  # corroborated | unverified | recollection
    sources: tuple[str, ...]
    rule: Rule
    cadence: str = ""  # the standard's own interval, ISO 8601
    threshold: str = ""
    suggested: bool = False  # the standard suggests the threshold, the owner may choose another
    whole: bool = True  # False: what decides proves a part of the duty only
    changed_by: str = ""  # the id of the pack by which the province changed or brought the row

    @property
    def informs_only(self) -> bool:
        """Only people's recollection supports the row: it never fails, and weighs nothing."""
        return self.confidence == "recollection"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rows of one level, in the standard's order."""

    id: str
    digest: str  # SHA-256 of the file's bytes, hex
    standard: str
    regime: Regime
    level: int
    title: Mapping[str, str]
    controls: tuple[Control, ...]

    def controls_of_check(self) -> dict[str, tuple[str, ...]]:
        """Check id -> ids of the rows that it decides or helps to decide."""
        found: dict[str, tuple[str, ...]] = {}
        for control in self.controls:
            for check in control.rule.checks():
                found[check] = (*found.get(check, ()), control.id)
        return found


def parse(raw: bytes) -> Catalogue:
    """Read a catalogue: the same bytes give the same catalogue everywhere.

    Raises:
        CatalogueError: with the line and path of the first fault, and what to write instead.
    """
    tree = parse_yaml(raw)
    document = _document(tree)
    for fault in _twice(document, tree):
        raise fault
    return Catalogue(
        id=document.id,
        digest=sha256(raw).hexdigest(),
        standard=document.standard,
        regime=Regime(document.regime),
        level=document.level,
        title=msgspec.to_builtins(document.title),
        controls=tuple(
            _control(row, document, f"$.controls[{place}]", tree)
            for place, row in enumerate(document.controls)
        ),
    )


def problems(raw: bytes) -> tuple[CatalogueError, ...]:
    """Everything for which `parse` refuses these bytes, in their order.

    Of what is no catalogue by its shape only the first fault is told: where keys and kinds are
    wrong, nobody knows what was meant.
    """
    try:
        tree = parse_yaml(raw)
        document = _document(tree)
    except CatalogueError as error:
        return (error,)
    found: list[CatalogueError] = list(_twice(document, tree))
    for place, row in enumerate(document.controls):
        try:
            _control(row, document, f"$.controls[{place}]", tree)
        except CatalogueError as error:
            found.append(error)
    return tuple(sorted(found, key=lambda error: int(str(error.parameters["line"]))))


def _document(tree: Tree) -> Document:
    try:
        return msgspec.convert(tree.value, Document, strict=True)
    except msgspec.ValidationError as error:
        found = _PATH.match(str(error))
        path = (found and found["path"]) or "$"
        reason = (found and found["reason"]) or str(error)
        raise CatalogueError(line=tree.line(path), path=path, reason=reason) from error


def _twice(document: Document, tree: Tree) -> Iterator[RowTwiceError]:
    seen: dict[object, int] = {}
    for place, row in enumerate(document.controls):
        for key, name in ((row.id, "id"), ((row.clause, row.ordinal), "ordinal")):
            first = seen.setdefault(key, place)
            if first != place:
                path = f"$.controls[{place}].{name}"
                reason = N_("the same id") if name == "id" else N_("the same clause and ordinal")
                yield RowTwiceError(
                    line=tree.line(path),
                    path=path,
                    reason=reason,
                    first=tree.line(f"$.controls[{first}]"),
                )


def _control(row: Row, document: Document, path: str, tree: Tree) -> Control:
    place = Place(tree, f"{path}.decided_by", _fresh_for(row, document))
    rule = rule_of(row.decided_by, place)
    _refuse_contradictions(row, rule, path, tree)
    return Control(
        id=row.id,
        clause=row.clause,
        ordinal=row.ordinal,
        group=row.group,
        kind=row.kind,
        title=msgspec.to_builtins(row.title),
        evidence=msgspec.to_builtins(row.evidence),
        weight=row.weight,
        confidence=row.confidence,
        changed_by=row.changed_by or "",
        sources=row.sources,
        rule=rule,
        cadence=row.cadence or "",
        threshold=row.threshold or "",
        suggested=bool(row.suggested),
        whole=row.covers is None,
    )


def _refuse_contradictions(row: Row, rule: Rule, path: str, tree: Tree) -> None:
    twice = row.fresh_for is not None and row.cadence is not None
    loose = row.suggested is not None and row.threshold is None
    empty = row.covers is not None and rule.mode == "nothing"
    for key, contradicts, reason, instead in (
        ("fresh_for", twice, N_("the standard's interval and another one"), "cadence | fresh_for"),
        ("suggested", loose, N_("no threshold is suggested"), "suggested, threshold | -"),
        ("covers", empty, N_("nothing decides the row"), "covers, decided_by: {…} | -"),
    ):
        if contradicts:
            below = f"{path}.{key}"
            line = tree.line(below)
            raise ContradictionError(line=line, path=below, reason=reason, instead=instead)


def _fresh_for(row: Row, document: Document) -> dict[str, timedelta]:
    """The standard's cadence, else the row's own interval, else the file's for each way."""
    defaults: dict[str, str] = msgspec.to_builtins(document.fresh_for)
    own = row.cadence or row.fresh_for
    return {mode: duration(own or interval) for mode, interval in defaults.items()}
