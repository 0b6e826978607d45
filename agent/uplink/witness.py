"""The agent as witness: a controller that rewrites its log is caught by any one agent."""

from collections.abc import Sequence

from agent.uplink.errors import AnswerError, HistoryRewrittenError
from agent.uplink.memory import HISTORY_REWRITTEN, Memory
from texts.catalogue import tr
from wire import checkpoint as notes
from wire.errors import WireError
from wire.keys import PublicKey
from wire.merkle import verify_consistency
from wire.text import N_

_HELD = "checkpoint"


def held(memory: Memory) -> notes.Checkpoint | None:
    """The newest checkpoint that was proved to continue all earlier ones."""
    note = memory.fact(_HELD)
    return notes.peek(note) if note else None


def believed(memory: Memory) -> bool:
    """Whether no log was ever shown to us that contradicts what had been signed before."""
    return all(alarm.kind != HISTORY_REWRITTEN for alarm in memory.alarms())


def held_note(memory: Memory) -> str:
    return memory.fact(_HELD)


def keep_first(memory: Memory, note: str, log_key: PublicKey) -> None:
    """The first checkpoint, from enrolment: there is nothing older to compare it with."""
    _verified(note, log_key)
    if not memory.fact(_HELD):
        memory.keep(_HELD, note)


def accept(memory: Memory, note: str, proof: Sequence[str], log_key: PublicKey) -> None:
    """Take a newer checkpoint if it continues the one that is held.

    Raises:
        HistoryRewrittenError: it does not; the held one stays, and an alarm is raised.
        AnswerError: it is no checkpoint signed by the log key.
    """
    new = _verified(note, log_key)
    old = held(memory)
    if old is not None:
        reason = _contradiction(old, new, proof)
        if reason:
            memory.raise_alarm(HISTORY_REWRITTEN, f"{old.size} -> {new.size}: {reason}")
            memory.keep("contradicting_checkpoint", note)
            raise HistoryRewrittenError(reason=reason)
    memory.keep(_HELD, note)


def _contradiction(old: notes.Checkpoint, new: notes.Checkpoint, proof: Sequence[str]) -> str:
    """Why the new log is not a continuation of the old one; empty when it is."""
    if new.origin != old.origin:
        return tr(N_("it is the log {new}, not {old}"), new=new.origin, old=old.origin)
    if new.size < old.size:
        return tr(N_("it had {old} entries and now has {new}"), old=old.size, new=new.size)
    try:
        nodes = [bytes.fromhex(node) for node in proof]
        verify_consistency(old.size, new.size, nodes, old.root, new.root)
    except (WireError, ValueError):
        return tr(N_("nothing proves that its first {old} entries are the same"), old=old.size)
    return ""


def _verified(note: str, log_key: PublicKey) -> notes.Checkpoint:
    try:
        return notes.verify(note, log_key)
    except WireError as error:
        raise AnswerError(reason=str(error)) from error
