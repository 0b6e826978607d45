"""Which rows of its levels a look at this host decides, with which checks, of what weight."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from agent.checks.catalogue import ALL, CHECK_BY_ID
from agent.checks.model import Check
from agent.library import NotInLibraryError, policy
from compliance import catalogue
from compliance.catalogue import Catalogue, Control
from compliance.policy_pack import Pack
from wire.text import Text
from wire.verdicts import Regime

Level = tuple[Regime, int]

DEFAULT: Level = (Regime.ND331, 3)  # of a host whose level nobody has said yet: never a score
LEVELS: tuple[Level, ...] = tuple((regime, level) for regime in Regime for level in range(1, 6))


@dataclass(frozen=True, slots=True)
class OwnPolicies:
    """What the province's packs in force bring: changed rows, and checks of their own."""

    packs: tuple[Pack, ...]
    checks: tuple[Check[Any], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one level's catalogue."""

    regime: Regime
    level: int
    control: Control


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows that each check helps to decide, over all levels that count here."""

    catalogues: dict[Level, Catalogue]  # only of levels that somebody has said
    levels: tuple[Level, ...]  # those that are judged
    rows: dict[str, tuple[Row, ...]]  # check id -> rows, the heaviest first
    own_checks: tuple[Check[Any], ...] = ()  # of the province's packs

    @property
    def checks(self) -> tuple[Check[Any], ...]:
        """The checks that decide a row of these levels, in their own order, and the province's."""
        return (*(check for check in ALL if check.id in self.rows), *self.own_checks)

    def check(self, name: str) -> Check[Any] | None:
        """A check of ours or of the pack; None: of a pack that is not in force any more."""
        own = {check.id: check for check in self.own_checks}
        return CHECK_BY_ID.get(name) or own.get(name)

    def known_check(self, name: str) -> Check[Any]:
        """The check behind a finding of this look."""
        return {check.id: check for check in self.own_checks}.get(name) or CHECK_BY_ID[name]

    def title(self, name: str) -> Text:
        check = self.check(name)
        return name if check is None else check.title

    def weight(self, check: str) -> tuple[int, int]:
        """Its heaviest row, then all its rows together: what mending it earns."""
        weights = [row.control.weight for row in self.rows.get(check, ())]
        return max(weights, default=0), sum(weights)


def standing(own: OwnPolicies | None, levels: Iterable[Level]) -> Standing:
    """Read the catalogues of these levels; one that is not in the library decides nothing.

    Without any the default level's rows say what is looked at and in which order it is shown.
    """
    found = _installed(own, levels)
    shown = found or {DEFAULT: catalogue.parse(_policy(own, DEFAULT))}
    return Standing(found, tuple(shown), rows_by_check(shown.values()), _checks_of(own))


def judged_as(own: OwnPolicies | None, level: Level) -> Standing:
    """The rows of one level that somebody asks for.

    Raises:
        NotInLibraryError: there is no policy of that level.
    """
    book = catalogue.parse(_policy(own, level))
    return Standing({}, (level,), rows_by_check([book]), _checks_of(own))


def every_level(own: OwnPolicies | None) -> Standing:
    """The rows of all levels in the library, to explain one check."""
    found = _installed(own, LEVELS)
    return Standing({}, tuple(found), rows_by_check(found.values()), _checks_of(own))


def rows_by_check(
    catalogues: Collection[Catalogue],
) -> dict[str, tuple[Row, ...]]:
    rows: dict[str, list[Row]] = {}
    for book in catalogues:
        for check, row in _rows(book):
            rows.setdefault(check, []).append(row)
    return {
        check: tuple(sorted(found, key=lambda row: -row.control.weight))
        for check, found in rows.items()
    }


def _rows(book: Catalogue) -> Iterator[tuple[str, Row]]:
    by_id = {control.id: control for control in book.controls}
    for check, ids in book.controls_of_check().items():
        for name in ids:
            yield check, Row(book.regime, book.level, by_id[name])


def _installed(own: OwnPolicies | None, levels: Iterable[Level]) -> dict[Level, Catalogue]:
    found: dict[Level, Catalogue] = {}
    for level in dict.fromkeys(levels):
        try:
            found[level] = catalogue.parse(_policy(own, level))
        except NotInLibraryError:
            continue
    return found


def _policy(own: OwnPolicies | None, level: Level) -> bytes:
    return policy(() if own is None else own.packs, *level)


def _checks_of(own: OwnPolicies | None) -> tuple[Check[Any], ...]:
    return () if own is None else own.checks
