"""Take the catalogues that came with this program into force, as a logged act."""

from controller.fleet.act import log_acts
from controller.fleet.province import CONTROLLER, Province
from controller.library import Shelf
from controller.store.catalogues import keep_catalogue
from controller.store.queries_facilities import policies
from wire.acts import PolicyAdopted


def adopt_policies(province: Province, shelves: tuple[Shelf, ...]) -> list[str]:
    """Adopt what is new or changed; the ids of the catalogues that were."""
    with province.database.writing() as connection:
        in_force = policies(connection)
        changed = [
            shelf for shelf in shelves if in_force.get(shelf.catalogue.id) != shelf.catalogue.digest
        ]
        for shelf in changed:
            keep_catalogue(connection, shelf.catalogue, shelf.raw)
        acts = [PolicyAdopted(shelf.catalogue.id, shelf.catalogue.digest) for shelf in changed]
        log_acts(province, connection, CONTROLLER, list(acts), province.now())
    return [shelf.catalogue.id for shelf in changed]
