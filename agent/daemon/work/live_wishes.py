"""What whoever starts the watching wants of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.integrity.events.event import Event
from agent.integrity.live.limit import Limit


@dataclass(frozen=True, slots=True)
class Wishes:
    """Each may be left out but the end."""

    ended: Callable[[], bool]
    nudge: Callable[[], None] = lambda: None  # there is evidence to send
    show: Callable[[Sequence[Event]], None] = lambda _events: None
    ready: Callable[[Sequence[Limit]], None] = lambda _limits: None
    wake_by: Callable[[Callable[[], None]], None] = lambda _wake: None  # told how to wake us
    with_fanotify: bool = True
