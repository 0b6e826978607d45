"""How the data itself looks on a screen: what a dump's program said, what is in no dataset."""

from typing import Any

from agent.backup.databases import shelf
from agent.backup.result import DatasetResult
from agent.config.home import Home
from agent.daemon.work.backup.unprotected import Unprotected
from texts.catalogue import tr
from texts.codes import word
from texts.shell import note
from wire.text import N_
from wire.verdicts import Cause, Consistency

_SHOWN = 5


def tell(home: Home, result: DatasetResult) -> None:
    """For a person at this host alone."""
    source = result.outcome.source
    says = source.says if source is not None else shelf.words_of(home, result.dataset.name)
    if says:
        note(tr(N_("Dataset {dataset}: {says}"), dataset=result.dataset.name, says=says))
    if result.consistency not in {None, Consistency.CRASH_CONSISTENT}:
        words = word(result.consistency)
        note(tr(N_("Newest point of {dataset}: {says}"), dataset=result.dataset.name, says=words))


def tell_forgotten(forgotten: Unprotected | None) -> None:
    if forgotten is None or not forgotten.total:
        return
    line = N_("Data that nobody protects ({cause}), {count} in all: {places}")
    places = "; ".join(forgotten.places[:_SHOWN])
    note(tr(line, cause=Cause.UNPROTECTED_DATA.value, count=forgotten.total, places=places))


def document(forgotten: Unprotected) -> dict[str, Any]:
    return {
        "cause": Cause.UNPROTECTED_DATA if forgotten.total else None,
        "total": forgotten.total,
        "places": forgotten.places,
        "looked_at": forgotten.looked_at,
    }
