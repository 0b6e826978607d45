"""Which points must stay whatever the rules of retention say: what was proved last."""

import contextlib

from agent.backup.records.records import Records
from agent.daemon.app import App
from agent.drills.journal import CLASSES, open_drills

_DRILLS_LOOKED_AT = 50


def needed_points(app: App, records: Records, site: str) -> frozenset[str]:
    """The points last verified at this site, and those last restored from it by each drill.

    A point's companion stays with its tree.
    """
    found: set[str] = set()
    for dataset in app.config.datasets:
        verified_at = records.verified_at(dataset.name, site)
        if verified_at is not None:
            held = [
                point
                for point in records.points(dataset.name, site)
                if point.read_back_at <= verified_at
            ]
            found |= {point.snapshot for point in held[:1]}
    with contextlib.closing(open_drills(app.home, app.clock)) as drills:
        for drill_class in CLASSES:
            seen: set[str] = set()
            for journal in drills.passed(drill_class, site, _DRILLS_LOOKED_AT):
                if journal.dataset not in seen and journal.snapshot:
                    seen.add(journal.dataset)
                    found.add(journal.snapshot)
    return frozenset(found)
