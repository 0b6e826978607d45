"""Take catalogues into force, as a logged act: ours, as the province's pack changes them."""

import logging
from collections.abc import Iterator

from compliance.catalogue import parse
from compliance.errors import CatalogueError
from compliance.pack_merge import merged_all
from compliance.policy_pack import Pack
from controller.fleet.act import log_acts
from controller.fleet.province import CONTROLLER, Province
from controller.library import Shelf
from controller.store.catalogues import keep_catalogue
from controller.store.engine import Connection
from controller.store.queries_facilities import policies
from controller.store.queries_packs import packs_in_force
from wire.acts import PolicyAdopted


def adopt_policies(province: Province, shelves: tuple[Shelf, ...]) -> list[str]:
    """Adopt what is new or changed; the ids of the catalogues that were."""
    with province.database.writing() as connection:
        return adopt_within(province, connection, CONTROLLER, shelves)


def adopt_within(
    province: Province, connection: Connection, by: str, shelves: tuple[Shelf, ...]
) -> list[str]:
    """The same in the caller's transaction, with the packs that are in force there."""
    in_force = policies(connection)
    wanted = tuple(_as_changed(shelves, packs_in_force(connection)))
    changed = [
        shelf for shelf in wanted if in_force.get(shelf.catalogue.id) != shelf.catalogue.digest
    ]
    for shelf in changed:
        keep_catalogue(connection, shelf.catalogue, shelf.raw)
    acts = [PolicyAdopted(shelf.catalogue.id, shelf.catalogue.digest) for shelf in changed]
    log_acts(province, connection, by, list(acts), province.now())
    return [shelf.catalogue.id for shelf in changed]


def _as_changed(shelves: tuple[Shelf, ...], packs: tuple[Pack, ...]) -> Iterator[Shelf]:
    """The standard with the province's packs; where they no longer fit, nothing new comes in.

    A pack fits when it is published. A newer program may bring a standard that it does not fit:
    then the catalogue in force stays, and somebody is told.
    """
    for shelf in shelves:
        try:
            raw = merged_all(shelf.raw, packs)
        except CatalogueError:
            told = "the packs of policies do not fit %s; the catalogue in force stays"
            logging.getLogger(__name__).warning(told, shelf.catalogue.id)
            continue
        yield shelf if raw == shelf.raw else Shelf(parse(raw), raw)
