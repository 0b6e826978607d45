"""The chains watch over each other, and a head on paper over all of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.work import chain_job
from agent.daemon.work.integrity import heads_job
from agent.daemon.work.integrity.approval_events import events_of
from agent.daemon.work.integrity.heads_job import Answer, ChainState, Trouble
from agent.integrity.events.event import Head
from agent.state import gaps
from bench.tampering_scene import Scene, build
from tests.agent.integrity.events.made import entries
from wire.heads import Chain, PaperHead, paper_head


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scene]:
    folder = tmp_path_factory.mktemp("heads")
    return folder, build(folder, 3)


@pytest.fixture
def home(scene: tuple[Path, Scene]) -> Home:
    home = home_at(scene[0] / "home")
    put(home, scene[1].present)
    return home


@pytest.fixture
def app(home: Home) -> Iterator[App]:
    opened = open_app(home)
    yield opened
    opened.close()


def put(home: Home, moment: Path, *names: str) -> None:
    if not names:
        shutil.rmtree(home.state_dir)
        shutil.copytree(moment, home.state_dir)
        return
    for name in names:
        for file in home.state_dir.glob(f"{name}.sqlite*"):
            file.unlink()
        for file in moment.glob(f"{name}.sqlite*"):
            shutil.copy(file, home.state_dir / file.name)


def troubles(app: App) -> dict[Chain, Trouble]:
    return {state.chain: state.trouble for state in heads_job.states(app) if state.trouble}


def head_of(app: App, chain: Chain) -> ChainState:
    return next(state for state in heads_job.states(app) if state.chain is chain)


def test_an_untouched_home_holds_and_its_paper_fits(app: App, scene: tuple[Path, Scene]) -> None:
    assert troubles(app) == {}
    assert len(scene[1].heads) == len(Chain)
    assert {heads_job.verify(app, head) for head in scene[1].heads} == {Answer.HOLDS}


@pytest.mark.parametrize("name", ["baseline", "events", "outbox", "suspicion"])
def test_one_file_put_back_is_found_by_the_others(
    home: Home, scene: tuple[Path, Scene], name: str
) -> None:
    put(home, scene[1].moments[0], name)
    app = open_app(home)
    told = {gap.purpose for gap in gaps.waiting(home)}
    assert troubles(app) or name in told
    app.close()


def test_all_files_put_back_are_found_by_the_paper_alone(
    home: Home, scene: tuple[Path, Scene]
) -> None:
    put(home, scene[1].moments[0])
    app = open_app(home)
    assert troubles(app) == {}
    answers = {head.chain: heads_job.verify(app, head) for head in scene[1].heads}
    assert set(answers.values()) == {Answer.ROLLED_BACK}
    app.close()


def test_a_head_that_is_another_is_called_changed(app: App) -> None:
    number = head_of(app, Chain.EVENTS).number
    for chain in Chain:
        wrong = PaperHead(chain, min(number, head_of(app, chain).number), "0" * 16)
        assert heads_job.verify(app, wrong) is Answer.CHANGED


def test_a_head_before_the_pruned_ones_is_forgotten_and_not_called_good(app: App) -> None:
    with events_of(app) as events:
        first = events.reader.state().first
        assert first > 2  # the scene prunes
        before = paper_head(Chain.EVENTS, first - 1, events.reader.link_at(first - 1))
    assert heads_job.verify(app, before) is Answer.HOLDS
    older = PaperHead(Chain.EVENTS, first - 2, "0" * 16)
    assert heads_job.verify(app, older) is Answer.FORGOTTEN


def test_what_cannot_be_read_is_not_called_good(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(heads_job, "_events", denied)
    assert troubles(app) == {Chain.EVENTS: Trouble.UNREADABLE}


def test_the_daily_look_tells_changed_events_once_and_goes_on(app: App, home: Home) -> None:
    with events_of(app) as events:
        number = events.reader.head().number
        events._file.connection.execute(  # noqa: SLF001 - somebody without the key
            "UPDATE events SET inside = zeroblob(32) WHERE number = ?", (number - 3,)
        )
    assert {state.trouble for state in chain_job.look_after(app)} == {"", Trouble.CHANGED}
    assert [gap.purpose for gap in gaps.waiting(home)] == ["events"]
    assert not any(state.trouble for state in chain_job.look_after(app))
    with events_of(app) as events:
        assert events.append(entries(1, 1))[0].number == number + 1
        assert len(events.reader.waiting(app.config.integrity)) == 3  # it came along


def test_the_daily_look_tells_a_queue_whose_marks_were_changed(app: App, home: Home) -> None:
    app.outbox._file.chain.connection.execute(  # noqa: SLF001 - somebody without the key
        "UPDATE envelopes SET acknowledged_at = sealed_at"
    )
    assert [one.chain for one in chain_job.look_after(app) if one.trouble] == [Chain.STATEMENTS]
    assert [gap.purpose for gap in gaps.waiting(home)] == ["outbox"]
    assert not any(state.trouble for state in chain_job.look_after(app))


def test_events_go_on_from_what_was_told_so_that_the_province_sees_no_break(
    app: App, home: Home
) -> None:
    with events_of(app) as events:
        told = events.told()
        events.append(entries(1, 2))
    home.database("events").write_bytes(b"no database at all" * 500)
    with events_of(app) as events:
        assert events.take_loss() == "truncated"
        assert events.reader.head() == Head(told.number, told.link)
        assert events.append(entries(3, 1))[0].number == told.number + 1
        assert events.holds()
    assert [gap.purpose for gap in gaps.waiting(home)] == ["events"]
