"""What `status` and `doctor` say of packs that nobody has read in time."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.backup.records.records import open_records
from agent.backup.verification import rotation
from agent.backup.verification.rotation import Pack
from agent.daemon.app import App
from agent.daemon.status.items import Item
from texts.moments import show_count, show_moment
from wire.text import N_
from wire.verdicts import CheckVerdict


def reading_items(app: App) -> Iterator[Item]:
    """One line for each site of which packs are known."""
    for site, packs in _known(app):
        due_at = rotation.next_due_at(packs)
        if due_at is not None:
            yield _item(site, packs, due_at, app.clock.now())


def packs_overdue(app: App) -> int | None:
    """How many packs of all sites should have been read by now; None: no pack is known."""
    known, now = _known(app), app.clock.now()
    return sum(len(_overdue(packs, now)) for _, packs in known) if known else None


def _known(app: App) -> list[tuple[str, tuple[Pack, ...]]]:
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        ledgers = [(site.name, records.pack_ledger(site.name).packs()) for site in app.config.sites]
    return [(site, packs) for site, packs in ledgers if packs]


def _item(site: str, packs: Sequence[Pack], due_at: datetime, now: datetime) -> Item:
    late = len(_overdue(packs, now))
    parameters: dict[str, object] = {
        "site": site,
        "count": show_count(late),
        "packs": show_count(len(packs)),
        "at": show_moment(due_at),
    }
    if not late:
        message = N_("Packs of site {site} are read in time; the next are due by {at}.")
        return Item(f"reading.{site}", CheckVerdict.PASS, message, parameters)
    message = N_("{count} of {packs} packs of site {site} were not read in time, due since {at}.")
    remedy = N_("Run: lachan-agent backup verify --site {site}")
    return Item(f"reading.{site}", CheckVerdict.FAIL, message, parameters, remedy)


def _overdue(packs: Sequence[Pack], now: datetime) -> list[Pack]:
    return [pack for pack in packs if pack.due_at < now]
