"""The chain on disk: exactly once, in order, whatever happens to the process or the file."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home
from agent.daemon.app import App, open_app
from agent.daemon.tell import tell, tell_gaps
from agent.state.database import open_state
from agent.uplink.chain_file import NotAStatementError
from agent.uplink.chain_rows import MIGRATIONS
from agent.uplink.secrets import SecretError
from wire.chain import ChainState, accept, link_digest
from wire.codec import decode_statement
from wire.envelope import open_envelope
from wire.messages import Change, Gap, Incarnation, IntegrityScan, PlaybookStep, Tombstone
from wire.orders import Order

Opened = Callable[[Home], App]

SEALER = """
import sys
from pathlib import Path
from agent.config.home import home_at
from agent.daemon.app import open_app
from agent.daemon.tell import tell
from wire.messages import Gap
app = open_app(home_at(Path(sys.argv[1])))
for number in range(100_000):
    sequence = tell(app, Gap("journal", sys.argv[2], count=number))
    print(sequence, flush=True)
"""


@pytest.fixture
def alone(home: Home, opened: Opened) -> App:
    home.agent_yaml.write_text("systems: [{code: FS-01, regime: ND331, level: 3}]\n")
    return opened(home)


def verified_chain(app: App) -> list[object]:
    """Check every signature and link as the controller does; return the bodies."""
    keys = {app.identity.key.keyid: app.identity.key.public}
    state: ChainState | None = None
    bodies: list[object] = []
    for envelope in reversed(app.outbox.recent(100_000)):
        opened = open_envelope(envelope.raw, keys)
        said = decode_statement(opened.kind, opened.payload)
        state = accept(state, said.header, link_digest(envelope.raw, said.body), opened.kind)
        bodies.append(said.body)
    return bodies


def test_a_new_chain_opens_with_its_incarnation(alone: App) -> None:
    assert verified_chain(alone) == [Incarnation("first")]


def test_what_is_sealed_names_its_systems_host_and_moment(alone: App) -> None:
    tell(alone, Gap("integrity", "overflow"))
    (newest,) = alone.outbox.recent(1)
    payload = open_envelope(newest.raw, {alone.identity.key.keyid: alone.identity.key.public})
    header = decode_statement("gap", payload.payload).header
    assert (header.systems, header.host, header.sequence) == (("FS-01",), alone.identity.host, 2)
    assert header.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_only_bodies_of_statements_are_sealed(alone: App) -> None:
    with pytest.raises(NotAStatementError):
        alone.outbox.seal(Order("a", "o", 1, "check", alone.clock.now(), alone.clock.now()), ())
    assert alone.outbox.head().sequence == 1


def test_a_body_too_big_leaves_a_tombstone_and_the_chain_holds(alone: App) -> None:
    step = PlaybookStep(
        "r", "p", "0" * 64, "s", "automatic", "done", "agent", alone.clock.now(), alone.clock.now()
    )
    tell(alone, step)
    big = IntegrityScan(
        watched="p" + "0" * 32,
        names="none",  # type: ignore[arg-type]
        from_at=None,
        to_at=alone.clock.now(),
        files=1, bytes=1, unreadable=0, gaps=0, added=0, modified=0, removed=0, metadata=0,
        path="x" * 4000,
        changes=tuple(_change(alone, number) for number in range(400)),
    )  # fmt: skip
    tell(alone, big)
    tell(alone, Gap("integrity", "after"))
    bodies = verified_chain(alone)
    assert isinstance(bodies[2], Tombstone)
    assert bodies[2].dropped_kind == "integrity"
    assert bodies[3] == Gap("integrity", "after")


def _change(app: App, number: int) -> Change:
    return Change("added", app.clock.now(), f"p{number:032x}", "y" * 4000)


def test_threads_and_processes_seal_into_one_chain(alone: App, home: Home) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", SEALER, str(home.config_dir), f"child{number}"],
            stdout=subprocess.PIPE,
        )
        for number in range(2)
    ]
    threads = [
        threading.Thread(target=lambda: [tell(alone, Gap("journal", "thread")) for _ in range(20)])
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for child in children:
        assert child.stdout is not None
        for _ in range(20):
            child.stdout.readline()
    for thread in threads:
        thread.join()
    for child in children:
        child.kill()
        child.communicate()
    assert len(verified_chain(alone)) >= 81


def test_nothing_that_was_said_to_be_sealed_is_lost_by_kill_9(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    sealed: list[int] = []
    for round_number in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", SEALER, str(home.config_dir), f"round{round_number}"],
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        sealed += [int(child.stdout.readline()) for _ in range(30 + 10 * round_number)]
        child.send_signal(signal.SIGKILL)
        rest, _ = child.communicate()
        sealed += [int(line) for line in rest.split(b"\n")[:-1]]
    app = opened(home)
    bodies = verified_chain(app)
    assert sealed == sorted(set(sealed))
    assert app.outbox.head().sequence >= sealed[-1]
    assert len(bodies) == app.outbox.head().sequence


def test_a_damaged_file_is_kept_and_the_chain_begins_anew(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    first = opened(home)
    before = first.outbox.head().incarnation
    first.close()
    file = home.database("outbox")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    damaged = file.read_bytes()
    second = opened(home)
    assert tell_gaps(second) == 1
    opening, gap = verified_chain(second)
    assert opening == Incarnation("state_lost", before)
    assert isinstance(gap, Gap)
    assert (gap.subject, gap.reason) == ("state.outbox", "truncated")
    (kept,) = home.state_dir.glob("outbox.sqlite.damaged-*Z")
    assert kept.read_bytes() == damaged


def test_what_a_damaged_file_still_holds_is_sealed_again(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    first = opened(home)
    for number in range(200):
        tell(first, Gap("journal", "kept", count=number))
    first.close()
    file = home.database("outbox")
    raw = bytearray(file.read_bytes())
    raw[-4096:] = b"\xff" * 4096
    file.write_bytes(raw)
    second = opened(home)
    tell_gaps(second)
    counts = [body.count for body in verified_chain(second) if isinstance(body, Gap)]
    assert len(counts) > 100  # most of them, then the gap that says the rest
    assert counts[:100] == list(range(100))


def test_a_vanished_file_is_a_loss_too(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    opened(home).close()
    for file in home.state_dir.glob("outbox.sqlite*"):
        file.unlink()
    app = opened(home)
    tell_gaps(app)
    assert [type(body).__name__ for body in verified_chain(app)] == ["Incarnation", "Gap"]


def test_a_gap_is_said_once(alone: App, home: Home) -> None:
    home.database("other").write_bytes(b"")
    open_state(home, "other", MIGRATIONS, SystemClock()).close()
    assert (tell_gaps(alone), tell_gaps(alone)) == (1, 0)


def test_reopening_seals_again_what_waits_and_nothing_else(alone: App) -> None:
    tell(alone, Gap("journal", "acknowledged"))
    head = alone.outbox.head()
    alone.outbox.acknowledge(head.incarnation, {1: 0, 2: 1})
    tell(alone, Gap("journal", "waits"), ("FS-02",))
    alone.outbox.reopen("restored")
    waiting = alone.outbox.waiting(100, 10**9)
    assert [(envelope.kind, envelope.sequence) for envelope in waiting] == [
        ("incarnation", 1),
        ("gap", 2),
    ]
    assert alone.outbox.head().incarnation != head.incarnation
    assert (
        b"FS-02"
        in open_envelope(
            waiting[1].raw, {alone.identity.key.keyid: alone.identity.key.public}
        ).payload
    )


def test_a_batch_holds_one_incarnation_within_its_bounds(alone: App) -> None:
    for number in range(5):
        tell(alone, Gap("journal", "n", count=number))
    sizes = [len(envelope.raw) + 1 for envelope in alone.outbox.waiting(100, 10**9)]
    assert len(alone.outbox.waiting(3, 10**9)) == 3
    assert len(alone.outbox.waiting(100, sum(sizes[:2]))) == 2
    assert len(alone.outbox.waiting(100, 1)) == 1


def test_acknowledged_statements_stay_thirty_days(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    app = opened(home)
    tell(app, Gap("journal", "x"))
    tell(app, Gap("journal", "y"))
    head = app.outbox.head()
    app.outbox.acknowledge(head.incarnation, {1: 0, 2: 1, 3: 2})
    assert app.outbox.prune() == 0
    later = _LaterClock(timedelta(days=31))
    aged = open_app(home, clock=later)
    assert aged.outbox.prune() == 2  # the head stays: the next statement links to it
    assert tell(aged, Gap("journal", "z")) == 4
    aged.close()


class _LaterClock:
    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead
        self._system = SystemClock()

    def now(self) -> datetime:
        return self._system.now() + self._ahead

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._system.sleep(seconds)


def test_sending_again_wakes_only_what_is_asked_for(alone: App) -> None:
    for number in range(4):
        tell(alone, Gap("journal", "n", count=number))
    head = alone.outbox.head()
    alone.outbox.acknowledge(head.incarnation, dict.fromkeys(range(1, 6), 7))
    assert alone.outbox.send_again(4) == 2
    assert [envelope.sequence for envelope in alone.outbox.waiting(9, 10**9)] == [4, 5]


def test_a_key_that_others_may_read_is_refused(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    opened(home).close()
    (home.secrets / "agent.key").chmod(0o640)
    with pytest.raises(SecretError, match="0640") as refusal:
        opened(home)
    assert refusal.value.exit_code == 78


def test_one_lost_facility_key_is_never_replaced_silently(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    opened(home).close()
    (home.secrets / "facility-answers.key").unlink()
    with pytest.raises(SecretError, match="facility-answers"):
        opened(home)


def test_no_secret_shows_in_the_app(alone: App) -> None:
    shown = repr(alone)
    for secret in (alone.keys.k_f, alone.keys.k_s, alone.identity.key.to_bytes()):
        assert repr(secret) not in shown
        assert secret.hex() not in shown


def test_the_umask_does_not_open_secrets(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    before = os.umask(0)
    try:
        opened(home)
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o077 for file in home.secrets.iterdir()} == {0}
