"""The rows that people may speak about: those of the catalogues that judge a facility's systems."""

from collections.abc import Iterable

from compliance.catalogue import Catalogue, Control
from controller.errors import UnknownThingError
from controller.library import catalogue_for
from controller.store.catalogues import adopted_catalogues
from controller.store.engine import Connection
from controller.store.queries_facilities import System, systems


def catalogue_of(connection: Connection, system: System) -> Catalogue | None:
    """The catalogue in force that judges a system; None: nobody has written it yet."""
    return catalogue_for(adopted_catalogues(connection), system.regime, system.level)


def systems_meant(connection: Connection, facility: str, system: str) -> list[System]:
    """One system of a facility; all of them where `system` is empty.

    Raises:
        UnknownThingError: the facility has no such system.
    """
    found = [each for each in systems(connection, facility) if system in ("", each.code)]
    if not found:
        raise UnknownThingError(what="system", code=system or facility)
    return found


def rows_of(connection: Connection, meant: Iterable[System]) -> dict[str, Control]:
    """Every row that judges one of these systems, by its id."""
    catalogues = [catalogue_of(connection, system) for system in meant]
    return {row.id: row for found in catalogues if found for row in found.controls}


def demand_row(rows: dict[str, Control], control: str) -> Control:
    """The row of this id.

    Raises:
        UnknownThingError: none of these systems is judged by it.
    """
    if control not in rows:
        raise UnknownThingError(what="control", code=control)
    return rows[control]


def rests_on_attestation(control: Control) -> bool:
    """Whether a document decides this row, or helps to decide it."""
    return any(leaf.mode == "attest" for leaf in control.rule.leaves())
