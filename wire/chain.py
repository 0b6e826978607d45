"""The chain of one agent's statements: no gap, no fork, no clone goes unnoticed.

Each statement links to the digest of the one before it. A tombstone carries the digest of the
statement in whose place it stands, so that what follows still fits (`link_digest`).
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from wire.errors import WRONG, WireError
from wire.header import FIRST_PREVIOUS, Header
from wire.messages import Tombstone
from wire.text import N_

OPENING = "incarnation"  # the kind of every first statement


class ChainError(WireError):
    """A statement does not fit behind the ones that we hold."""

    exit_code = WRONG
    code: ClassVar[str] = "CHAIN_BROKEN"
    message = N_("Statement {sequence} of agent {agent} does not fit its chain.")
    hint = N_("Keep both; find out who used this agent's key, then enrol the host again.")


class GapError(ChainError):
    """A statement before this one is missing."""

    code = "GAP"
    message = N_("Statement {sequence} of agent {agent} came, but {expected} is missing.")
    hint = N_("The agent sends it again by itself; if not, run `lachan-agent doctor` there.")


class ForkError(ChainError):
    """Two different statements claim the same place."""

    code = "FORK"
    message = N_("Two different statements of agent {agent} claim place {sequence}.")


class ReplayError(ChainError):
    """A statement from before the head, which we cannot compare with what we hold."""

    code = "REPLAYED"
    message = N_("Statement {sequence} of agent {agent} is older than its head, {expected}.")


class ClonedError(ChainError):
    """Another incarnation than the newest speaks: two hosts share one identity."""

    code = "CLONED"
    message = N_("Two hosts speak as agent {agent}: one of them is a copy.")
    hint = N_("Stop the copy, or enrol it as a host of its own with a new token.")


@dataclass(frozen=True, slots=True)
class ChainState:
    """Where a chain stands: its incarnation, the last place and the digest to link to."""

    incarnation: str
    sequence: int
    head: str


def digest(raw: bytes) -> str:
    """The name of an envelope: SHA-256 of its bytes as received."""
    return sha256(raw).hexdigest()


def link_digest(raw: bytes, body: object) -> str:
    """What the next statement must name as `previous`."""
    return body.dropped_digest if isinstance(body, Tombstone) else digest(raw)


def accept(
    state: ChainState | None,
    header: Header,
    link: str,
    kind: str,
    stored: str | None = None,
) -> ChainState:
    """Put a statement behind the others.

    Args:
        state: the newest incarnation's chain; None when nothing is held of this agent.
        header: of the statement.
        link: its `link_digest`.
        kind: of the statement.
        stored: link digest already held at this incarnation and sequence, if any.

    Returns:
        The new state; `state` itself when the statement is already held.

    Raises:
        ChainError: or the subclass that says how it does not fit.
    """
    if stored is None and state is not None and _at_head(state, header):
        stored = state.head
    if state is not None and stored is not None:
        if stored == link:
            return state
        raise ForkError(agent=header.agent, sequence=header.sequence)
    if state is None or header.incarnation != state.incarnation:
        _demand_opening(state, header, kind)
    else:
        _demand_next(state, header, kind)
    return ChainState(header.incarnation, header.sequence, link)


def _at_head(state: ChainState, header: Header) -> bool:
    return (header.incarnation, header.sequence) == (state.incarnation, state.sequence)


def _demand_opening(state: ChainState | None, header: Header, kind: str) -> None:
    if header.sequence == 1 and kind == OPENING and header.previous == FIRST_PREVIOUS:
        return
    if state is not None:
        raise ClonedError(agent=header.agent, sequence=header.sequence)
    if header.sequence > 1:
        raise GapError(agent=header.agent, sequence=header.sequence, expected=1)
    raise ChainError(agent=header.agent, sequence=header.sequence)


def _demand_next(state: ChainState, header: Header, kind: str) -> None:
    expected = state.sequence + 1
    if header.sequence > expected:
        raise GapError(agent=header.agent, sequence=header.sequence, expected=expected)
    if header.sequence < expected:
        raise ReplayError(agent=header.agent, sequence=header.sequence, expected=state.sequence)
    if header.previous != state.head:
        raise ForkError(agent=header.agent, sequence=header.sequence)
    if kind == OPENING:
        raise ChainError(agent=header.agent, sequence=header.sequence)
