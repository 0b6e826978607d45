"""A watched path at which nobody answers: said, left alone, looked at again; the rest goes on."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.config.model import Watched
from agent.daemon.app import open_app
from agent.daemon.work.integrity import live_job
from agent.files import asking
from agent.files.asking import SILENT, Asking, Silence, answering, unreachable
from agent.files.ledger import open_ledger
from agent.files.names import path_bytes
from agent.files.record import Trouble
from agent.integrity import look
from agent.integrity.change import Kind
from agent.integrity.errors import NotLookedAtError
from agent.integrity.live.gaps import GapReason
from agent.integrity.live.rescans import Rescans
from agent.integrity.look import Looking
from agent.integrity.store import open_store
from tests.agent.integrity.live.conftest import ROOT, Wanted, World, watching
from tests.agent.integrity.live.hanging import gone, hanging
from wire.errors import UNDECIDED

Broken = Callable[[Path], AbstractContextManager[None]]


def refused(folder: Path) -> bool:
    """Whether this user may mount nothing; nothing more can be tried then."""
    if ROOT:
        return False
    with pytest.raises(OSError, match=r"ermi"), hanging(folder):
        pass
    return True


def two(tmp_path: Path) -> Wanted:
    roots = tuple(Watched(path=tmp_path / name) for name in ("good", "bad"))
    for root in roots:
        root.path.mkdir()
    return Wanted(watched=roots)


def told(world: World) -> set[tuple[Kind, str]]:
    return {(kind, name.removeprefix("../")) for kind, name in world.told()}


def answers(world: World, name: str) -> bool | None:
    mark = world.parts.marks.read()
    paths = {} if mark is None else {root.path: root.answers for root in mark.roots}
    return paths.get(path_bytes(world.folder / name))


@pytest.mark.parametrize("broken", [hanging, gone])
def test_one_that_hangs_from_the_start_is_said_and_the_others_are_watched(
    tmp_path: Path, broken: Broken
) -> None:
    if refused(tmp_path):
        return
    wanted = two(tmp_path)
    with broken(tmp_path / "bad"), watching(tmp_path, wanted) as world:
        assert [limit.parameters["path"] for limit in world.reporter.limits] == [f"{tmp_path}/bad"]
        (tmp_path / "good/a").write_text("x")
        world.until(lambda: (Kind.ADDED, "good/a") in told(world), "the other one")
        assert answers(world, "bad") is False
        assert answers(world, "good") is True


def test_one_that_begins_to_hang_is_a_gap_and_is_looked_at_when_it_answers(tmp_path: Path) -> None:
    if refused(tmp_path):
        return
    with watching(tmp_path, two(tmp_path)) as world:
        (tmp_path / "bad/a").write_text("x")
        world.until(lambda: (Kind.ADDED, "bad/a") in told(world), "both are watched")
        with hanging(tmp_path / "bad"):
            world.until(lambda: bool(world.keeper.gaps), "the gap")
            assert [gap.reason for gap in world.keeper.gaps] == [GapReason.SILENT]
            (tmp_path / "good/b").write_text("x")
            world.until(lambda: (Kind.ADDED, "good/b") in told(world), "the other one")
        world.until(lambda: any(gap.closed for gap in world.keeper.gaps), "its look")
        (tmp_path / "bad/c").write_text("x")
        world.until(lambda: (Kind.ADDED, "bad/c") in told(world), "it is watched again")
        assert (Kind.REMOVED, "bad/a") not in told(world)


def test_a_scan_and_a_baseline_leave_it_out_and_say_so(tmp_path: Path) -> None:
    if refused(tmp_path):
        return
    home, clock = home_at(tmp_path / "home"), SystemClock()
    home.config_dir.mkdir()
    bad = Watched(path=tmp_path / "bad")
    bad.path.mkdir()
    (bad.path / "a").write_text("x")
    with open_ledger(home, clock) as ledger, open_store(home, b"k" * 32, clock) as store:
        looking = Looking(ledger, store, clock.now, patience_s=0.3)
        taken = look.take(looking, bad)
        assert taken.baseline is not None
        store.approve(taken.baseline)
        for broken, why in ((hanging, SILENT), (gone, Trouble.INPUT_OUTPUT)):
            with broken(bad.path):
                assert look.scan(looking, bad, None).gap == why
                assert look.take(looking, bad).gap == why
        again = look.scan(looking, bad, None)
        assert not again.gap
        assert not again.findings.changes


def test_a_dead_server_inside_a_watched_path_keeps_nobody_from_looking_at_the_rest(
    tmp_path: Path,
) -> None:
    if refused(tmp_path):
        return
    home, clock, share = home_at(tmp_path / "home"), SystemClock(), tmp_path / "share"
    home.config_dir.mkdir()
    (share / "nas").mkdir(parents=True)
    (share / "before").write_text("x")
    with open_ledger(home, clock) as ledger:
        ledger.refresh(share)
        known = ledger.record(share / "nas")
        with hanging(share / "nas"):
            (share / "zz").write_text("x")
            found = ledger.refresh(share)
        assert found.troubles == [(bytes(share / "nas"), Trouble.OTHER_FILESYSTEM)]
        assert ledger.record(share / "zz") is not None
        after = ledger.record(share / "nas")
        assert known is not None
        assert after is not None
        assert (after.mode, after.inode) == (known.mode, known.inode)
        assert not ledger.refresh(share).troubles


def test_a_question_without_an_answer_is_asked_once_and_waited_for_once() -> None:
    answered, asked = threading.Event(), []

    def question() -> str:
        asked.append(1)
        answered.wait(60)
        return "answer"

    asks = Asking(patience_s=0.05)
    assert asks.ask(b"x", question) is None
    assert asks.ask(b"x", question) is None
    assert len(asked) == 1
    assert asks.ask(b"y", lambda: "another") == "another"
    answered.set()
    SystemClock().sleep(0)
    while (found := asks.ask(b"x", question)) is None:
        pass
    assert found == "answer"


def test_an_error_is_an_answer(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Asking().ask(b"x", (tmp_path / "none").stat)
    assert unreachable(tmp_path / "none") == ""
    assert unreachable(tmp_path) == ""


class _Look:
    """A look that ends as it is told to."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.killed = False

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        pass

    def kill(self) -> None:
        self.killed = True
        self.code = -9


def test_a_look_that_hangs_is_ended_and_what_has_failed_is_looked_at_alone() -> None:
    begun: list[tuple[tuple[bytes, ...], _Look]] = []

    def start(roots: Sequence[bytes]) -> _Look:
        begun.append((tuple(roots), _Look()))
        return begun[-1][1]

    rescans = Rescans(start)
    rescans.want([b"/good", b"/bad"])
    rescans.step(0.0)
    assert begun[0][0] == (b"/good", b"/bad")
    rescans.step(1.0, frozenset({b"/bad"}))
    assert begun[0][1].killed
    rescans.step(10.0, frozenset({b"/bad"}))
    assert begun[1][0] == (b"/good",)
    begun[1][1].code = 0
    finished = rescans.step(11.0, frozenset({b"/bad"}))
    assert finished is not None
    assert finished.roots == {b"/good"}
    assert len(begun) == 2
    assert rescans.owed == {b"/bad"}
    rescans.step(12.0)
    assert begun[2][0] == (b"/bad",)


def test_two_whose_look_has_failed_are_looked_at_one_by_one() -> None:
    begun: list[tuple[tuple[bytes, ...], _Look]] = []

    def start(roots: Sequence[bytes]) -> _Look:
        begun.append((tuple(roots), _Look()))
        return begun[-1][1]

    rescans = Rescans(start)
    rescans.want([b"/one", b"/two"])
    rescans.step(0.0)
    begun[0][1].code = 2
    rescans.step(1.0)
    rescans.step(60.0)
    assert [len(roots) for roots, _ in begun[1:]] == [1]


def test_who_falls_silent_in_the_middle_ends_the_run_and_who_answers_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, free = threading.Event(), threading.Event()

    def end(path: Path) -> None:
        assert path == tmp_path
        ended.set()

    silence = Silence(every_s=0.02, most_s=0.1)
    with answering(tmp_path, end, silence):
        assert not ended.wait(0.5)
    answers = [True, True]

    def answer(_path: Path) -> bool:
        return answers.pop() if answers else free.wait(60)

    monkeypatch.setattr(asking, "_touch", answer)
    with answering(tmp_path, end, silence):
        assert ended.wait(20)
    free.set()


def test_a_look_at_what_is_gone_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the child process that closes gaps; whoever started it tries again."""
    home = home_at(tmp_path / "home")
    home.config_dir.mkdir()
    home.agent_yaml.write_text(f"integrity: [{{path: {tmp_path}/share}}]\n")
    (tmp_path / "share").mkdir()
    app = open_app(home)
    monkeypatch.setattr(live_job, "unreachable", lambda _path: SILENT)
    with pytest.raises(NotLookedAtError) as told:
        live_job.look_at(app, [tmp_path / "share"])
    app.close()
    assert told.value.exit_code == UNDECIDED
