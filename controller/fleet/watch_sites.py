"""What is known of sites and of data outside the datasets, as alerts."""

from collections.abc import Collection, Iterator
from datetime import datetime

from controller.fleet.alerts import Trouble
from controller.store.engine import Connection
from controller.store.queries_watching import data_outside, known_sites
from recovery.site_troubles import number_of, site_troubles


def site_alerts(
    connection: Connection, trusted: Collection[str], now: datetime
) -> Iterator[Trouble]:
    for site in known_sites(connection):
        if site.agent not in trusted:
            continue
        for found in site_troubles(site.state, now - site.clock_offset, protected=site.protected):
            number = number_of(found, site.state)
            detail = "" if number is None else str(number)
            yield Trouble(found.value, site.facility, site.agent, site.state.site, detail)


def unprotected(connection: Connection, trusted: Collection[str]) -> Iterator[Trouble]:
    """A folder, share, database or volume that is in no dataset and excluded by nobody."""
    for host in data_outside(connection):
        if host.agent in trusted:
            detail = "" if host.places is None else str(host.places)
            yield Trouble("UNPROTECTED_DATA", host.facility, host.agent, "", detail)
