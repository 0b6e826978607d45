"""What the watch asks: what is planned, what is known of each site, which data lie outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, select

from controller.store.tables.fleet import AGENT
from controller.store.tables.watching import PLANNED, SITE, UNPROTECTED
from wire.messages import SiteState
from wire.verdicts import CheckVerdict


@dataclass(frozen=True, slots=True)
class PlannedDataset:
    """A dataset of a host's newest configuration; `planned_at` by the controller's clock."""

    agent: str
    facility: str
    dataset: str
    rpo: timedelta
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class KnownSite:
    """The last that was known of each part of a site, whenever that was."""

    agent: str
    facility: str
    state: SiteState
    protected: bool
    clock_offset: timedelta
    log_index: int


@dataclass(frozen=True, slots=True)
class Outside:
    """A host that holds data which no dataset covers; None: it did not count them."""

    agent: str
    facility: str
    places: int | None


def planned_datasets(connection: Connection) -> list[PlannedDataset]:
    rows = connection.execute(select(PLANNED).order_by(PLANNED.c.agent, PLANNED.c.dataset))
    return [
        PlannedDataset(
            row.agent, row.facility, row.dataset, timedelta(seconds=row.rpo_s), row.planned_at
        )
        for row in rows
    ]


def enrolled_at(connection: Connection) -> dict[str, datetime]:
    """By agent."""
    rows = connection.execute(select(AGENT.c.code, AGENT.c.enrolled_at))
    return {row.code: row.enrolled_at for row in rows}


def known_sites(connection: Connection, facility: str | None = None) -> list[KnownSite]:
    query = select(SITE).order_by(SITE.c.agent, SITE.c.site)
    if facility is not None:
        query = query.where(SITE.c.facility == facility)
    return [
        KnownSite(
            agent=row.agent,
            facility=row.facility,
            state=msgspec.json.decode(row.known, type=SiteState),
            protected=row.protected,
            clock_offset=timedelta(seconds=row.clock_offset_s),
            log_index=row.log_index,
        )
        for row in connection.execute(query)
    ]


def data_outside(connection: Connection) -> list[Outside]:
    """Hosts whose newest decisive answer is that not all their data is in a dataset."""
    failed = UNPROTECTED.c.verdict == CheckVerdict.FAIL.value
    rows = connection.execute(select(UNPROTECTED).where(failed).order_by(UNPROTECTED.c.agent))
    return [Outside(row.agent, row.facility, row.places) for row in rows]
