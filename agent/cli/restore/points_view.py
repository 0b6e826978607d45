"""How the points of the sites look on a screen and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.work.backup.points_job import Listed
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, say_error, sentence_of, table
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_

_SHOWN_DIGITS = 12  # of a snapshot's id: enough to name it


def show(options: Options, listed: Sequence[Listed], at: datetime) -> int:
    """Print the points; 2 when a site could not be asked, 1 when one holds nothing."""
    if options.json:
        emit_json(document("lachan.points/1", at, sites=[_site(one) for one in listed]))
    else:
        _print(listed)
    if any(one.error is None and not one.points for one in listed):
        return WRONG
    return UNDECIDED if any(one.error for one in listed) else GOOD


def _site(listed: Listed) -> dict[str, Any]:
    return {
        "site": listed.site,
        "dataset": listed.dataset,
        "cause": listed.error.cause if listed.error else None,
        "points": [
            {"snapshot": point.id, "snapshot_at": point.at, "tree": point.tree}
            for point in listed.points
        ],
    }


def _print(listed: Sequence[Listed]) -> None:
    rows = [
        [one.dataset, one.site, show_moment(point.at), point.id[:_SHOWN_DIGITS]]
        for one in listed
        for point in one.points
    ]
    table([tr(N_("Dataset")), tr(N_("Site")), tr(N_("Time")), tr(N_("Point"))], rows)
    errors = {sentence_of(one.error): one.error for one in listed if one.error is not None}
    for error in errors.values():  # each once: it is the same for every dataset
        say_error(error)
