"""What was lost lately of the state that watching rests on, below a baseline, scan or approval."""

from collections.abc import Sequence
from typing import Any

from agent.daemon.status.losses import loss_sentence
from agent.state.gaps import StateGap
from texts.shell import note


def show_losses(losses: Sequence[StateGap]) -> None:
    for loss in losses:
        note(loss_sentence(loss))


def losses_document(losses: Sequence[StateGap]) -> list[dict[str, Any]]:
    return [
        {"file": loss.purpose, "reason": loss.reason, "kept_as": loss.kept_as, "at": loss.at}
        for loss in losses
    ]
