"""Which rows of its level a look at this host touches, and what they weigh."""

from dataclasses import dataclass

from agent.config.home import Home
from agent.library import NotInLibraryError, policy
from compliance import catalogue
from compliance.catalogue import Catalogue, Control
from wire.verdicts import Regime

DEFAULT = (Regime.ND331, 3)  # of a host whose level nobody has said yet: for order, never a score


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows that each check helps to decide, over all levels that count here."""

    catalogues: dict[tuple[Regime, int], Catalogue]
    controls: dict[str, tuple[Control, ...]]  # check id -> rows, the heaviest first

    def weight(self, check: str) -> tuple[int, int]:
        """Its heaviest row, then all its rows together: what mending it earns."""
        weights = [control.weight for control in self.controls.get(check, ())]
        return max(weights, default=0), sum(weights)


def standing(home: Home | None, levels: tuple[tuple[Regime, int], ...]) -> Standing:
    """Read the catalogues of these levels; one that is not in the library decides nothing."""
    found: dict[tuple[Regime, int], Catalogue] = {}
    for regime, level in dict.fromkeys(levels):
        try:
            found[regime, level] = catalogue.parse(policy(home, regime, level))
        except NotInLibraryError:
            continue
    shown = found or {DEFAULT: catalogue.parse(policy(home, *DEFAULT))}
    return Standing(found, _controls_by_check(tuple(shown.values())))


def _controls_by_check(catalogues: tuple[Catalogue, ...]) -> dict[str, tuple[Control, ...]]:
    controls: dict[str, tuple[Control, ...]] = {}
    for book in catalogues:
        by_id = {control.id: control for control in book.controls}
        for check, ids in book.controls_of_check().items():
            rows = (*controls.get(check, ()), *(by_id[name] for name in ids))
            controls[check] = tuple(sorted(rows, key=lambda row: -row.weight))
    return controls
