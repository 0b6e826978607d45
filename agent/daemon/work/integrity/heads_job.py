"""Proves the four chains of this host, and gives and checks their heads for paper.

The chains watch over each other: sealed statements name the newest approval and the newest event,
events name the newest approval, the database of events remembers what was sealed of it. So an older
file that is put back alone is found here; all of them put back together are found by the
controller, and by a head on paper.
"""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.daemon.app import App
from agent.daemon.work.integrity.approval_events import number_of
from agent.daemon.work.integrity.integrity_job import Anchors
from agent.daemon.work.integrity.stored_events import reading
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.daemon.work.sealed import sealed_approvals, sealed_head, sealed_roots
from agent.errors import AgentError
from agent.files.names import path_bytes
from agent.integrity.digest import root_of
from agent.integrity.errors import EventsChangedError
from agent.integrity.events.event import Head
from agent.integrity.events.reading import EventReader
from agent.integrity.events.rows import PURPOSE, Broken
from agent.integrity.ransom.store import SuspicionStore
from agent.integrity.store import BaselineStore, open_store
from agent.state.anchor import Anchor
from wire.heads import Chain, PaperHead, paper_head


class Trouble(StrEnum):
    """What is wrong with a chain."""

    NONE = ""
    CHANGED = "changed"  # something in it is not what this agent stored
    ROLLED_BACK = "rolled_back"  # it is older than what another chain, or the paper, knows
    UNREADABLE = "unreadable"  # it cannot be looked at now


class Answer(StrEnum):
    """What can be said of a head on paper."""

    HOLDS = "holds"
    CHANGED = "changed"  # at this number stands something else
    ROLLED_BACK = "rolled_back"  # the chain does not reach it any more
    FORGOTTEN = "forgotten"  # it was pruned here; the controller keeps it


@dataclass(frozen=True, slots=True)
class ChainState:
    """One chain: its head, if it holds anything, and whether it holds."""

    chain: Chain
    number: int = 0
    link: str = ""
    trouble: Trouble = Trouble.NONE

    @property
    def head(self) -> PaperHead | None:
        return paper_head(self.chain, self.number, self.link) if self.number else None


def states(app: App) -> tuple[ChainState, ...]:
    """Prove all four; everything that is kept is read."""
    return (
        _looked(Chain.BASELINES, lambda: _baselines(app)),
        _looked(Chain.EVENTS, lambda: _events(app)),
        _looked(Chain.SUSPICIONS, lambda: _suspicions(app)),
        _looked(Chain.STATEMENTS, lambda: _statements(app)),
    )


def verify(app: App, head: PaperHead) -> Answer:
    """Whether the chain still goes through what stands on paper.

    Raises:
        EventsChangedError: the events do not hold, whatever the paper says.
    """
    if head.chain is Chain.BASELINES:
        with _opened(app) as store:
            return _approval(app, store, head)
    if head.chain is Chain.EVENTS:
        with reading(app) as reader:
            return Answer.ROLLED_BACK if reader is None else _event(reader, head)
    if head.chain is Chain.SUSPICIONS:
        with suspicions_of(app) as store:
            return _act(store, head)
    return _statement(app, head)


def _looked(chain: Chain, prove: Callable[[], ChainState]) -> ChainState:
    """What cannot be looked at is not called good."""
    try:
        return prove()
    except EventsChangedError:
        return ChainState(chain, trouble=Trouble.CHANGED)
    except (AgentError, sqlite3.DatabaseError, OSError):
        return ChainState(chain, trouble=Trouble.UNREADABLE)


def _baselines(app: App) -> ChainState:
    with _opened(app) as store:
        newest = store.newest()
        state = ChainState(Chain.BASELINES, newest.number, newest.root)
        in_events = _approved_in_events(app)
        anchors = Anchors(sealed_roots(app), in_events)
        known = max((*map(number_of, in_events.values()), *_sealed_numbers(app)), default=0)
        if known > newest.number:
            return replace(state, trouble=Trouble.ROLLED_BACK)
        held = store.chain_holds() and all(
            _holds(store, path_bytes(watched.path), anchors.root_of(app, store, watched))
            for watched in app.config.integrity
        )
    return state if held else replace(state, trouble=Trouble.CHANGED)


def _holds(store: BaselineStore, watched: bytes, root: str | None) -> bool:
    """Whether the baseline that counts is there, row for row."""
    if root is None:  # no chain speaks of it any more: it was approved long ago
        return all(store.holds(one) for one in store.of(watched) if one.approved)
    found = next((one for one in store.of(watched) if one.root == root), None)
    return found is not None and store.holds(found)


def _events(app: App) -> ChainState:
    sealed = sealed_head(app)
    anchored = Anchor(app.home, PURPOSE, app.keys.k_f).read()  # before the events themselves
    with reading(app) as reader:
        if reader is None:
            return _against(sealed, ChainState(Chain.EVENTS))
        proof, state = reader.proof(), reader.state()
        found = ChainState(Chain.EVENTS, state.number, state.link)
        if proof.trouble or anchored is None:
            return replace(found, trouble=Trouble.CHANGED)
        if anchored > state.revision:
            return replace(found, trouble=Trouble.ROLLED_BACK)
        if state.first - 1 <= sealed.number <= state.number and sealed.link != (
            reader.link_at(sealed.number)
        ):
            return replace(found, trouble=Trouble.CHANGED)
    return _against(sealed, found)


def _against(sealed: Head, found: ChainState) -> ChainState:
    behind = sealed.number > found.number
    return replace(found, trouble=Trouble.ROLLED_BACK) if behind else found


def _suspicions(app: App) -> ChainState:
    """Whoever opens the list replaces what its end gives away; the rest is found here."""
    with suspicions_of(app) as store:
        lost = store.take_loss()
        found = ChainState(Chain.SUSPICIONS)
        try:
            state = store.proven()
        except Broken as broken:
            lost = broken.reason or Trouble.CHANGED
        else:
            found = replace(found, number=state.number, link=state.link)
    if not lost:
        return found
    behind = lost == Trouble.ROLLED_BACK
    return replace(found, trouble=Trouble.ROLLED_BACK if behind else Trouble.CHANGED)


def _statements(app: App) -> ChainState:
    head = app.outbox.head()
    found = ChainState(Chain.STATEMENTS, head.sequence, head.digest)
    if app.outbox.proof().trouble:
        return replace(found, trouble=Trouble.CHANGED)
    sealed = sealed_head(app).number
    with reading(app) as reader:
        told = reader.state().told if reader else 0
    with _opened(app) as store:
        approved = store.newest().number
    behind = 0 < sealed < told or 0 < max(_sealed_numbers(app), default=0) < approved
    return replace(found, trouble=Trouble.ROLLED_BACK) if behind else found


def _approval(app: App, store: BaselineStore, head: PaperHead) -> Answer:
    if head.number > store.newest().number:
        return Answer.ROLLED_BACK
    facts = next((one for one in store.history() if one.number == head.number), None)
    fits = facts is not None and head.fits(root_of(app.keys.k_f, facts))
    return Answer.HOLDS if fits and store.chain_holds() else Answer.CHANGED


def _event(reader: EventReader, head: PaperHead) -> Answer:
    state = reader.state()
    if head.number > state.number:
        return Answer.ROLLED_BACK
    if head.number < state.first - 1:
        return Answer.FORGOTTEN
    fits = head.fits(reader.link_at(head.number))
    return Answer.HOLDS if fits and not reader.proof().trouble else Answer.CHANGED


def _act(store: SuspicionStore, head: PaperHead) -> Answer:
    try:
        newest = store.proven().number
    except Broken:
        return Answer.CHANGED
    if head.number > newest:
        return Answer.ROLLED_BACK
    link = store.link_at(head.number)
    return Answer.HOLDS if link and head.fits(link) else Answer.CHANGED


def _statement(app: App, head: PaperHead) -> Answer:
    links = app.outbox.links_at(head.number)
    if any(map(head.fits, links)):
        return Answer.HOLDS if not app.outbox.proof().trouble else Answer.CHANGED
    if head.number > app.outbox.head().sequence:
        return Answer.ROLLED_BACK
    return Answer.CHANGED if links else Answer.FORGOTTEN


def _approved_in_events(app: App) -> dict[bytes, str]:
    with reading(app) as reader:
        return reader.state().approved if reader else {}


def _sealed_numbers(app: App) -> list[int]:
    return [link.number for link in sealed_approvals(app)]


def _opened(app: App) -> AbstractContextManager[BaselineStore]:
    return open_store(app.home, app.keys.k_f, app.clock)
