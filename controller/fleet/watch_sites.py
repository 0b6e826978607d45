"""What is known of sites and of data outside the datasets, as alerts."""

from collections.abc import Collection, Iterator
from datetime import datetime

from controller.fleet.alerts import Trouble
from controller.store.engine import Connection
from controller.store.queries_watching import data_outside, known_sites
from recovery.site_troubles import (
    SiteTrouble,
    janitor_warnings,
    number_of,
    site_troubles,
)
from wire.messages import SiteState

_LONGEST_CODE = 96


def site_alerts(
    connection: Connection, trusted: Collection[str], now: datetime
) -> Iterator[Trouble]:
    for site in known_sites(connection):
        if site.agent not in trusted:
            continue
        for found in site_troubles(site.state, now - site.clock_offset, protected=site.protected):
            detail = _detail(found, site.state)
            yield Trouble(found.value, site.facility, site.agent, site.state.site, detail)


def _detail(found: SiteTrouble, state: SiteState) -> str:
    if found is SiteTrouble.JANITOR_WARNS:
        return ":".join(janitor_warnings(state))[:_LONGEST_CODE]
    number = number_of(found, state)
    return "" if number is None else str(number)


def unprotected(connection: Connection, trusted: Collection[str]) -> Iterator[Trouble]:
    """A folder, share, database or volume that is in no dataset and excluded by nobody."""
    for host in data_outside(connection):
        if host.agent in trusted:
            detail = "" if host.places is None else str(host.places)
            yield Trouble("UNPROTECTED_DATA", host.facility, host.agent, "", detail)
