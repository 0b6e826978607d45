"""Asks what explains the changes that wait, with what the explanation asked for last time."""

from collections.abc import Sequence

from agent.clock import Clock
from agent.integrity.noise.context import Context, StormMemory
from agent.integrity.noise.explain import explain
from agent.integrity.noise.explained import Explained
from agent.integrity.seen import Seen


class Explainer:
    """Guards what one explanation leaves for the next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._storms = StormMemory()

    def explain(self, waiting: Sequence[Seen]) -> Explained:
        explained = explain(waiting, Context(self._clock.now(), storms=self._storms))
        self._storms = explained.storms
        return explained
