"""How a row is decided: a tree of checks, codes and documents, joined by `all` and `any`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import msgspec

from compliance.backup_codes import BACKUP_CODES
from compliance.document import DecidedBy
from compliance.errors import ContradictionError, DuplicateError, UnknownCodeError
from compliance.fleet_codes import FLEET_CODES
from compliance.yaml_tree import Tree
from wire.text import N_

Mode = Literal["checks", "backup", "fleet", "attest", "nothing", "joined"]
LIMIT_JOINS = 3  # `all` and `any` inside each other
_KNOWN_CODES = {"backup": frozenset(BACKUP_CODES), "fleet": frozenset(FLEET_CODES)}


@dataclass(frozen=True, slots=True)
class Rule:
    """Codes of one kind, a document, several rules together, or nothing yet."""

    mode: Mode
    codes: tuple[str, ...] = ()
    one_suffices: bool = False  # of the codes, or of the parts
    parts: tuple["Rule", ...] = ()
    fresh_for: timedelta = timedelta(0)  # evidence of a leaf that is older counts as unknown

    def leaves(self) -> Iterator["Rule"]:
        """The rule itself, or all that it joins, from left to right."""
        if self.mode != "joined":
            yield self
        for part in self.parts:
            yield from part.leaves()

    def checks(self) -> tuple[str, ...]:
        """Every check that the rule names, once."""
        named = [leaf.codes for leaf in self.leaves() if leaf.mode == "checks"]
        return tuple(dict.fromkeys(code for codes in named for code in codes))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a rule stands, and how long its evidence stays fresh."""

    tree: Tree
    path: str
    fresh_for: dict[str, timedelta]  # by mode

    def below(self, key: str) -> "Place":
        return Place(self.tree, f"{self.path}.{key}", self.fresh_for)

    @property
    def line(self) -> int:
        return self.tree.line(self.path)


def rule_of(decided_by: DecidedBy, place: Place) -> Rule:
    """The rule that a row's `decided_by` writes down; `{}` is a rule that decides nothing.

    Raises:
        CatalogueError: it contradicts itself, or names a code that nothing computes.
    """
    if not _given(decided_by):
        return Rule("nothing")
    return _rule(decided_by, place, 0)


def described(rule: Rule) -> dict[str, object]:
    """The rule as files write it."""
    if rule.mode == "nothing":
        return {}
    way = "any" if rule.one_suffices else "all"
    if rule.mode == "joined":
        return {way: [described(part) for part in rule.parts]}
    if rule.mode == "checks":
        return {"checks": {way: list(rule.codes)}}
    return {rule.mode: list(rule.codes) or True}


def _rule(decided_by: DecidedBy, place: Place, joins: int) -> Rule:
    given = _given(decided_by)
    if len(given) != 1:
        raise _contradiction(place, N_("a rule, and each of its parts, is decided in one way"))
    (way,) = given
    if way in {"all", "any"}:
        return _joined(decided_by.all or decided_by.any or (), way, place, joins + 1)
    if way == "checks":
        return _checks(decided_by, place)
    if way == "attest" and not decided_by.attest:
        raise _contradiction(place, N_("attest: false says nothing"))
    return _of_codes(decided_by, place)


def _of_codes(decided_by: DecidedBy, place: Place) -> Rule:
    mode: Mode = "backup" if decided_by.backup else "fleet" if decided_by.fleet else "attest"
    codes = decided_by.backup or decided_by.fleet or ()
    _refuse_bad_codes(mode, codes, place.below(mode))
    return Rule(mode, codes, fresh_for=place.fresh_for[mode])


def _joined(parts: tuple[DecidedBy, ...], way: str, place: Place, joins: int) -> Rule:
    if joins > LIMIT_JOINS:
        raise _contradiction(place, N_("all and any stand inside each other more than three times"))
    rules = tuple(
        _rule(part, place.below(f"{way}[{number}]"), joins) for number, part in enumerate(parts)
    )
    return Rule("joined", one_suffices=way == "any", parts=rules)


def _checks(decided_by: DecidedBy, place: Place) -> Rule:
    checks = decided_by.checks
    if checks is None or (checks.all is None) == (checks.any is None):
        raise _contradiction(place, N_("checks need all or any, one of the two"))
    way = "any" if checks.all is None else "all"
    codes = checks.all or checks.any or ()
    _refuse_bad_codes("checks", codes, place.below(f"checks.{way}"))
    return Rule("checks", codes, way == "any", fresh_for=place.fresh_for["checks"])


def _given(decided_by: DecidedBy) -> list[str]:
    return [name for name, value in msgspec.structs.asdict(decided_by).items() if value is not None]


def _refuse_bad_codes(mode: str, codes: tuple[str, ...], place: Place) -> None:
    """Checks are the agent's own; backup and fleet codes are computed here."""
    known = _KNOWN_CODES.get(mode)
    for number, code in enumerate(codes):
        path = f"{place.path}[{number}]"
        line = place.tree.line(path)
        if known is not None and code not in known:
            told = ", ".join(sorted(known))
            reason = N_("nothing computes this code")
            raise UnknownCodeError(line=line, path=path, reason=reason, known=told)
        if code in codes[:number]:
            raise DuplicateError(line=line, path=path, reason=N_("the code stands there twice"))


def _contradiction(place: Place, reason: str) -> ContradictionError:
    instead = "checks: {all: […]} | checks: {any: […]} | backup | fleet | attest: true | all | any"
    return ContradictionError(line=place.line, path=place.path, reason=reason, instead=instead)
