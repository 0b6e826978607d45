"""What becomes of the changes that wait: events, or they wait on."""

from dataclasses import dataclass
from datetime import datetime

from agent.integrity.events.event import Entry
from agent.integrity.noise.context import StormMemory
from agent.integrity.noise.questions import Question
from agent.integrity.seen import Seen


@dataclass(frozen=True, slots=True)
class Explained:
    """Every change that was handed over is in exactly one event, or waits on."""

    events: tuple[Entry, ...]  # without numbers, oldest first; the store numbers them
    still_waiting: tuple[Seen, ...]
    storms: StormMemory  # goes into the next context
    questions: tuple[Question, ...] = ()  # answered in the next context, some need not wait
    ask_again_at: datetime | None = None  # at the latest, also if nothing else happens
