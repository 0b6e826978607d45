"""How long the recovery of everything on this host would take from one site."""

from collections.abc import Mapping, Sequence

from agent.drills.journal import Journal
from recovery.prediction import Prediction, Volume, in_turn, predict

RUNS_COUNTED = 10


def predicted(drills: Sequence[Journal], volumes: Mapping[str, Volume]) -> Prediction | None:
    """All datasets one after the other, each by its own drills, else by those of the others.

    Args:
        drills: what was restored from this site, newest first.
        volumes: what every dataset would bring back.
    """
    parts = [_of_dataset(drills, dataset, volume) for dataset, volume in volumes.items()]
    known = [part for part in parts if part is not None]
    return in_turn(known) if len(known) == len(parts) else None


def _of_dataset(drills: Sequence[Journal], dataset: str, volume: Volume) -> Prediction | None:
    own = [drill for drill in drills if drill.dataset == dataset]
    runs = [drill.run for drill in (own or drills)[:RUNS_COUNTED]]
    return predict([run for run in runs if run is not None], volume)
