"""Whether anybody without the key can change what this agent has stored without being found out.

A home with baselines, events, suspicions and a queue, each with a past, is copied; one random act
changes it: bytes, pages, rows, whole files, older ones put back, a stranger's in their place. Then
the agent opens it as always and is asked what it thinks. Each act must be

* found by the agent itself (a chain does not hold, or a file was set aside and told), or
* found by comparison, with a head on paper or with what the controller holds, or
* without any effect: everything that the agent believes is what it was before.

    python bench/tampering.py [--acts 2000] [--seed 1] [--folder DIR]

Figures to reach: 2,000 of 2,000; control runs without any act: 0 false alarms.
"""

import argparse
import contextlib
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import msgspec

from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity import heads_job
from agent.daemon.work.integrity.approval_events import events_of
from agent.daemon.work.integrity.heads_job import Answer
from agent.daemon.work.integrity.integrity_job import Anchors
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.daemon.work.sealed import sealed_roots
from agent.errors import AgentError
from agent.files.names import path_bytes
from agent.integrity import look
from agent.integrity.store import open_store
from agent.state import gaps
from bench.tampering_acts import ACTS, Act
from bench.tampering_scene import DATABASES, Scene, acknowledge, build, store_events
from bench.tampering_suspicions import believed
from bench.tampering_target import Target
from wire.chain import ChainError, ChainState, accept, link_digest
from wire.codec import decode_statement
from wire.envelope import peek_payload

_STEPS = 6
_CONTROLS = 10  # a control run for so many acts


@dataclass(frozen=True, slots=True)
class Finding:
    """How one act came to light; empty: not at all."""

    by: str
    view: bytes | None = None  # everything that is believed, where nothing was found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
    try:
        good = measure(folder, arguments.acts, Random(arguments.seed))  # noqa: S311 - no secrets
    finally:
        shutil.rmtree(folder)
    raise SystemExit(0 if good else 1)


def measure(folder: Path, acts: int, random: Random) -> bool:
    (folder / "ours").mkdir()
    (folder / "strangers").mkdir()
    scene, stranger = build(folder / "ours", _STEPS), build(folder / "strangers", 2)
    bench = Bench(folder, scene, stranger.present, random)
    false_alarms = bench.control(max(_CONTROLS, acts // _CONTROLS))
    began = time.monotonic()
    missed = bench.attack(acts)
    took = time.monotonic() - began
    print(f"{acts} acts in {took:.0f} s")
    for name, number in sorted(bench.found.items(), key=lambda item: -item[1]):
        print(f"  {number:5d} {name}")
    for line in missed:
        print(f"  MISSED: {line}")
    share = (acts - len(missed)) / acts
    print(
        f"found or without effect: {acts - len(missed)} of {acts}, ratio {share:.4f} (to reach"
        f" 1.0000); false alarms {false_alarms} of {max(_CONTROLS, acts // _CONTROLS)} control runs"
    )
    return not missed and not false_alarms


class Bench:
    """Copies the home for each act, and counts what came to light."""

    def __init__(self, folder: Path, scene: Scene, stranger: Path, random: Random) -> None:
        self._home = home_at(folder / "ours" / "home")
        self._scene = scene
        self._stranger = stranger
        self._random = random
        self.found: Counter[str] = Counter()
        self._put_back()
        finding = self._judge()
        if finding.view is None:
            raise SystemExit(f"the untouched home is called changed: {finding.by}")
        self._view = finding.view

    def control(self, runs: int) -> int:
        """The same without any act; half of them go on working before they are judged again."""
        alarms = 0
        for number in range(runs):
            self._put_back()
            if number % 2:
                _work_on(self._home)
            finding = self._judge()
            good = finding.view is not None if number % 2 else finding.view == self._view
            alarms += not good
            if not good:
                print(f"  FALSE ALARM in control run {number}: {finding.by or 'another view'}")
        return alarms

    def attack(self, acts: int) -> list[str]:
        return [line for line in (self._attack(number) for number in range(acts)) if line]

    def _attack(self, number: int) -> str:
        missed = self.try_act(ACTS[number % len(ACTS)], self._random.choice(DATABASES))
        return f"act {number}: {missed}" if missed else ""

    def try_act(self, act: Act, purpose: str) -> str:
        """One act; what it was, where it was missed."""
        self._change(act, purpose)
        finding = self._judge()
        if finding.by:
            self.found[finding.by] += 1
            return ""
        if finding.view == self._view:
            self.found["without effect: all that is believed is as before"] += 1
            return ""
        return f"{act.__name__} on {purpose}"

    def _change(self, act: Act, purpose: str) -> None:
        """Until SQLite takes it: what it refuses to write is no act."""
        while True:
            self._put_back()
            file = self._home.database(purpose)
            target = Target(file, self._scene.moments[:-1], self._stranger, self._random)
            with contextlib.suppress(sqlite3.IntegrityError, IndexError):
                act(target)
                return

    def _put_back(self) -> None:
        shutil.rmtree(self._home.state_dir, ignore_errors=True)
        shutil.copytree(self._scene.present, self._home.state_dir)

    def _judge(self) -> Finding:
        known = len(gaps.all_gaps(self._home))
        try:
            with _opened(self._home) as app:
                return self._asked(app, known)
        except AgentError as error:
            return Finding(f"refused: {type(error).__name__}")

    def _asked(self, app: App, known: int) -> Finding:
        states = heads_job.states(app)
        troubled = [f"{one.chain.name.lower()} {one.trouble}" for one in states if one.trouble]
        lost = [gap.purpose for gap in gaps.all_gaps(self._home)[known:]]
        if troubled:
            return Finding(f"a chain does not hold: {troubled[0]}")
        if lost:
            return Finding(f"set aside and told as a gap: {lost[0]}")
        found = self._compared(app)
        return Finding(found) if found else Finding("", _believed(app))

    def _compared(self, app: App) -> str:
        """With what is known elsewhere: on paper, and at the controller."""
        for head in self._scene.heads:
            if heads_job.verify(app, head) is not Answer.HOLDS:
                return "a head on paper does not fit"
        if not _controller_agrees(app, self._scene.queue):
            return "the controller's chain does not fit"
        return ""


@contextlib.contextmanager
def _opened(home: Home) -> Iterator[App]:
    app = open_app(home)
    try:
        yield app
    finally:
        app.close()


def _work_on(home: Home) -> None:
    """A day more: scan, approve, store, tell, send; some of it by processes that are killed."""
    with _opened(home) as app:
        with events_of(app) as store:
            store_events(app, store, 0)
        acknowledge(app)


def _controller_agrees(app: App, queue: tuple[str, int, str]) -> bool:
    """Whether everything after what the controller holds fits behind it."""
    incarnation, sequence, link = queue
    state = ChainState(incarnation, sequence, link)
    held = {(incarnation, sequence): link}
    try:
        for row in reversed(app.outbox.recent(100)):
            decoded = decode_statement(row.kind, peek_payload(row.raw))
            place = (row.incarnation, row.sequence)
            if place <= (incarnation, sequence):
                continue
            link = link_digest(row.raw, decoded.body)
            state = accept(state, decoded.header, link, row.kind, held.get(place))
    except ChainError:
        return False
    return app.outbox.head().sequence >= sequence


def _believed(app: App) -> bytes:
    """Everything that the agent takes for true, in one piece."""
    with (
        open_store(app.home, app.keys.k_f, app.clock) as baselines,
        events_of(app) as events,
        suspicions_of(app) as suspicions,
    ):
        anchors = Anchors(sealed_roots(app), events.approved())
        approved = []
        for watched in app.config.integrity:
            root = anchors.root_of(app, baselines, watched)
            stored, gap = look.trusted(baselines, path_bytes(watched.path), root)
            rows = list(baselines.records(stored)) if stored else []
            approved.append((gap, stored.root if stored else "", rows))
        reader = events.reader
        told = [(one, reader.members(one.number)) for one in reader.events()]
        waiting = [(one.change, one.at) for one in reader.waiting(app.config.integrity)]
        return msgspec.msgpack.encode(
            (
                approved,
                baselines.history(),
                baselines.wishes(),
                told,
                waiting,
                reader.state(),
                believed(suspicions),
                [astuple(row) for row in app.outbox.recent(10_000)],
                [row.sequence for row in app.outbox.waiting(10_000, 10**9)],
                app.outbox.clock_offset_s(),
            )
        )


if __name__ == "__main__":
    main()
