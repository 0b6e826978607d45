"""The unplugged copy in `status`: how old it is, and whether the disk is still plugged in."""

import contextlib
from collections.abc import Iterator

from agent.backup.records.records import open_records
from agent.daemon.app import App
from agent.daemon.status.items import Item
from agent.daemon.work.backup.unplugged import standing
from texts.moments import show_moment
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL = CheckVerdict.PASS, CheckVerdict.FAIL


def offline_items(app: App) -> Iterator[Item]:
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        found = standing(app, records)
    if found is None:
        return
    yield Item(
        "offline",
        FAIL if found.late(app.clock.now()) else PASS,
        N_("Unplugged copy of all datasets: {at}."),
        {"at": show_moment(found.oldest_at)},
        N_("Plug in the disk and run: lachan-agent backup offline DEVICE"),
    )
    for folder in found.plugged_in:
        yield Item(
            "offline.plugged_in",
            FAIL,
            N_("The disk of the unplugged copy is still plugged in: {folder}."),
            {"folder": str(folder)},
            N_("Unmount it and pull it out: what attacks this server would reach it, too."),
        )
