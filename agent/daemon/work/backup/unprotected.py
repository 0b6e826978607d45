"""What of this host nobody protects, and what its owner left out: from the last slow look."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agent.config.datasets import Excluded
from agent.daemon.app import App
from agent.daemon.status.items import Item
from agent.errors import UnreadableFactError
from agent.facts import uncovered
from agent.facts.slow import open_slow_facts, recalled
from texts.moments import show_moment
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Unprotected:
    """The places, the first of them by name. They never leave this host; their number does."""

    total: int
    places: tuple[str, ...]
    looked_at: datetime


def unprotected(app: App) -> Unprotected | None:
    """The last look; None: there is none that may still be believed."""
    with contextlib.closing(open_slow_facts(app.home, app.clock)) as store:
        try:
            found, at = recalled(uncovered.FACT, store, app.clock.now())
        except UnreadableFactError:
            return None
    return Unprotected(found.total, found.places, at)


def data_items(app: App) -> Iterator[Item]:
    """One line for what was found, and one for each thing that was left out on purpose."""
    yield _found(unprotected(app))
    for one in app.config.excluded:
        parameters: dict[str, object] = {"what": told(one), "reason": one.reason}
        yield Item("excluded", PASS, N_("Left out on purpose: {what}. {reason}"), parameters)


def told(one: Excluded) -> str:
    """What was left out, as its owner wrote it."""
    if one.path is not None:
        return str(one.path)
    return f"database {one.database}" if one.database else f"share {one.share}"


def _found(look: Unprotected | None) -> Item:
    if look is None:
        remedy = N_("Run: lachan-agent check --fresh --only data.everything_covered")
        return Item("unprotected", UNKNOWN, N_("Nobody has looked for forgotten data."), {}, remedy)
    parameters: dict[str, object] = {"count": look.total, "at": show_moment(look.looked_at)}
    if not look.total:
        message = N_("All data of this host is in a dataset or left out ({at}).")
        return Item("unprotected", PASS, message, parameters)
    parameters["places"] = "; ".join(look.places[:_SHOWN])
    remedy = N_("Put it into a dataset, or under `excluded` with the reason, in agent.yaml.")
    message = N_("In no dataset and not left out, {count} in all ({at}): {places}")
    return Item("unprotected", FAIL, message, parameters, remedy)
