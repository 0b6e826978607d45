"""What whoever starts the watching wants of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.integrity.events.event import Event
from agent.integrity.live.limit import Limit
from agent.integrity.ransom.suspicion import Suspicion


@dataclass(frozen=True, slots=True)
class Wishes:
    """Each may be left out but the end."""

    ended: Callable[[], bool]
    nudge: Callable[[], None] = lambda: None  # there is evidence to send
    alive: Callable[[], None] = lambda: None  # said every few seconds
    show: Callable[[Sequence[Event]], None] = lambda _events: None
    alarm: Callable[[Suspicion], None] = lambda _suspicion: None  # said at once, before it is kept
    ready: Callable[[Sequence[Limit]], None] = lambda _limits: None
    wake_by: Callable[[Callable[[], None]], None] = lambda _wake: None  # told how to wake us
    with_fanotify: bool = True
