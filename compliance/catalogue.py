"""What one level of a standard asks: read from bytes, and named by the digest of those bytes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import chain
from typing import Literal

import msgspec

from compliance.backup_codes import BACKUP_CODES
from compliance.document import DecidedBy, Document, Row
from compliance.durations import duration
from compliance.errors import (
    CatalogueError,
    ContradictionError,
    DuplicateError,
    UnknownCodeError,
)
from compliance.fleet_codes import FLEET_CODES
from compliance.yaml_tree import Tree
from compliance.yaml_tree import parse as parse_yaml
from wire.verdicts import Regime

Mode = Literal["checks", "backup", "fleet", "attest", "nothing"]
_PATH = re.compile(r"^(?P<reason>.*?)(?: - at `(?:key in )?(?P<path>\$[^`]*)`)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a row is decided: by which codes, and whether one good one is enough."""

    mode: Mode
    codes: tuple[str, ...] = ()
    one_suffices: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One row of a standard. `title` is keyed by language."""

    id: str
    clause: str
    ordinal: int  # of the rows that share the clause, in order of appearance
    group: str
    kind: str  # host | backup | fleet | attest
    title: Mapping[str, str]
    evidence: str  # what to show an inspector
    weight: int
    confidence: str  # corroborated | unverified
    sources: tuple[str, ...]
    rule: Rule
    fresh_for: timedelta  # older evidence counts as unknown
    cadence: str = ""  # the standard's own interval, ISO 8601
    threshold: str = ""
    suggested: bool = False  # the standard suggests the threshold, the owner may choose another
    whole: bool = True  # False: what decides proves a part of the duty only


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
            if control.rule.mode == "checks":
                for check in control.rule.codes:
                    found[check] = (*found.get(check, ()), control.id)
        return found


def parse(raw: bytes) -> Catalogue:
    """Read a catalogue: the same bytes give the same catalogue everywhere.

    Raises:
        CatalogueError: with the line and path of the first fault, and what to write instead.
    """
    tree = parse_yaml(raw)
    document = _document(tree)
    _refuse_duplicates(document, tree)
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


def _document(tree: Tree) -> Document:
    try:
        return msgspec.convert(tree.value, Document, strict=True)
    except msgspec.ValidationError as error:
        found = _PATH.match(str(error))
        path = (found and found["path"]) or "$"
        reason = (found and found["reason"]) or str(error)
        raise CatalogueError(line=tree.line(path), path=path, reason=reason) from error


def _refuse_duplicates(document: Document, tree: Tree) -> None:
    seen: dict[object, int] = {}
    for place, row in enumerate(document.controls):
        for key, name in ((row.id, "id"), ((row.clause, row.ordinal), "ordinal")):
            first = seen.setdefault(key, place)
            if first != place:
                path = f"$.controls[{place}].{name}"
                line = tree.line(f"$.controls[{first}]")
                said = row.id if name == "id" else f"{row.clause} number {row.ordinal}"
                raise DuplicateError(
                    line=tree.line(path), path=path, reason=f"{said} is already at line {line}"
                )


def _control(row: Row, document: Document, path: str, tree: Tree) -> Control:
    rule = _rule(row.decided_by, f"{path}.decided_by", tree)
    _refuse_contradictions(row, rule, path, tree)
    return Control(
        id=row.id,
        clause=row.clause,
        ordinal=row.ordinal,
        group=row.group,
        kind=row.kind,
        title=msgspec.to_builtins(row.title),
        evidence=row.evidence,
        weight=row.weight,
        confidence=row.confidence,
        sources=row.sources,
        rule=rule,
        fresh_for=_fresh_for(row, rule, document),
        cadence=row.cadence or "",
        threshold=row.threshold or "",
        suggested=bool(row.suggested),
        whole=row.covers is None,
    )


def _rule(decided_by: DecidedBy, path: str, tree: Tree) -> Rule:
    rules = [*_check_rules(decided_by), *_code_rules(decided_by)]
    if decided_by.attest:
        rules.append(Rule("attest"))
    given = sum(value is not None for value in msgspec.structs.astuple(decided_by))
    if given > 1 or len(rules) != given:
        raise ContradictionError(
            line=tree.line(path),
            path=path,
            reason="a row is decided in one way, or in none yet",
            instead="checks with all or any, backup, fleet, attest: true, or nothing",
        )
    rule = rules[0] if rules else Rule("nothing")
    _refuse_unknown_codes(rule, path, tree)
    return rule


def _check_rules(decided_by: DecidedBy) -> list[Rule]:
    checks = decided_by.checks
    if checks is None or (checks.all is None) == (checks.any is None):
        return []
    codes = tuple(chain(checks.all or (), checks.any or ()))
    return [Rule("checks", codes, one_suffices=checks.all is None)]


def _code_rules(decided_by: DecidedBy) -> list[Rule]:
    found = [Rule("backup", decided_by.backup)] if decided_by.backup else []
    return [*found, Rule("fleet", decided_by.fleet)] if decided_by.fleet else found


def _refuse_unknown_codes(rule: Rule, path: str, tree: Tree) -> None:
    """Checks are the agent's own; backup and fleet codes are computed here."""
    known = {"backup": frozenset(BACKUP_CODES), "fleet": frozenset(FLEET_CODES)}.get(rule.mode)
    for place, code in enumerate(rule.codes):
        below = f"{path}.{rule.mode}[{place}]"
        if known is not None and code not in known:
            raise UnknownCodeError(
                line=tree.line(below),
                path=below,
                reason=f"nothing computes {code}",
                known=", ".join(sorted(known)),
            )


def _refuse_contradictions(row: Row, rule: Rule, path: str, tree: Tree) -> None:
    contradictions = (
        ("fresh_for", "cadence", row.fresh_for is not None and row.cadence is not None),
        ("suggested", "a missing threshold", row.suggested is not None and row.threshold is None),
        ("covers", "decided_by: {}", row.covers is not None and rule.mode == "nothing"),
    )
    for key, other, contradicts in contradictions:
        if contradicts:
            raise ContradictionError(
                line=tree.line(f"{path}.{key}"),
                path=f"{path}.{key}",
                reason=f"{key} does not go with {other}",
                instead=f"{key} or {other}",
            )


def _fresh_for(row: Row, rule: Rule, document: Document) -> timedelta:
    """The standard's cadence, else the row's own interval, else the file's for this way."""
    if row.cadence or row.fresh_for:
        return duration(row.cadence or row.fresh_for or "")
    if rule.mode == "nothing":
        return duration(document.fresh_for.attest)
    defaults: dict[str, str] = msgspec.to_builtins(document.fresh_for)
    return duration(defaults[rule.mode])
