"""Who writes suspicion.sqlite without the key is found out, and nothing suspected is forgotten."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.daemon.app import App
from agent.daemon.people import Person
from agent.daemon.status.watching import suspicion_items
from agent.daemon.work import chain_job
from agent.daemon.work.integrity import heads_job, suspicion_job
from agent.daemon.work.integrity.heads_job import Answer, ChainState, Trouble
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.daemon.work.notify_integrity import integrity_troubles
from agent.integrity.ransom.kept import Answer as Answered
from agent.integrity.ransom.kept import Kept
from agent.integrity.ransom.rows import MIGRATIONS, PURPOSE, State
from agent.integrity.ransom.store import SuspicionStore, open_suspicions
from agent.notify.trouble import Kind
from agent.state import gaps
from agent.state.database import open_state
from tests.agent.integrity.ransom.conftest import (
    Configure,
    Scene,
    lost,
    point,
    put,
    run,
    suspected,
    watch,
)
from tests.agent.integrity.ransom.observing import BEGIN
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.heads import Chain
from wire.verdicts import CheckVerdict

DISMISSED = {"dismissed_at": BEGIN, "dismissed_by": "uid:0", "dismissed_why": "nothing"}


@contextlib.contextmanager
def sql(home: Home) -> Iterator[sqlite3.Connection]:
    """As root opens it, with any program."""
    connection = sqlite3.connect(home.database(PURPOSE), isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def dismiss_by_hand(home: Home) -> None:
    with sql(home) as connection:
        query = "SELECT name, body FROM kept WHERE kind = 'suspicion'"
        for name, body in connection.execute(query).fetchall():
            kept = msgspec.structs.replace(msgspec.msgpack.decode(body, type=Kept), **DISMISSED)
            row = (msgspec.msgpack.encode(kept), name)
            connection.execute("UPDATE kept SET body = ? WHERE name = ?", row)


def delete_row(home: Home) -> None:
    with sql(home) as connection:
        connection.execute("DELETE FROM kept WHERE kind = 'suspicion'")


def delete_row_and_count_anew(home: Home) -> None:
    """As somebody who has read the program, and has not the key."""
    with sql(home) as connection:
        connection.execute("DELETE FROM kept WHERE kind = 'suspicion'")
        seals = connection.execute("SELECT seal FROM kept ORDER BY kind, name").fetchall()
        (body,) = connection.execute("SELECT body FROM state").fetchone()
        digest = sha256("".join(seal for (seal,) in seals).encode()).hexdigest()
        state = msgspec.structs.replace(msgspec.msgpack.decode(body, type=State), digest=digest)
        connection.execute("UPDATE state SET body = ?", (msgspec.msgpack.encode(state),))


def delete_newest_act(home: Home) -> None:
    with sql(home) as connection:
        connection.execute("DELETE FROM acts WHERE number = (SELECT max(number) FROM acts)")


def add_trigger(home: Home) -> None:
    """Whatever is suspected from now on disappears again."""
    with sql(home) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON kept BEGIN DELETE FROM kept; END")


def write_where_nothing_is_sealed(home: Home) -> None:
    with sql(home) as connection:
        connection.execute("INSERT INTO canaries VALUES (x'61', x'62', x'63', 1, NULL)")


def empty_everything(home: Home) -> None:
    with sql(home) as connection:
        for table in ("kept", "acts", "state"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our names


def remove_file(home: Home) -> None:
    for file in list_files(home):
        file.unlink()


def list_files(home: Home) -> list[Path]:
    return list(home.state_dir.glob(f"{PURPOSE}.sqlite*"))


def remove_every_trace(home: Home) -> None:
    """The file, what counts its changes, and that there ever was one."""
    remove_file(home)
    (home.state_dir / f"{PURPOSE}.at").unlink()
    known = home.state_dir / "files.jsonl"
    lines = [line for line in known.read_text().splitlines() if PURPOSE not in line]
    known.write_text("\n".join(lines) + "\n")


def write_as_an_older_program(home: Home) -> None:
    """A file of before there were seals, in which it is dismissed."""
    with sql(home) as connection:
        (body,) = connection.execute("SELECT body FROM kept WHERE kind = 'suspicion'").fetchone()
    remove_every_trace(home)
    write_unsealed(home, msgspec.msgpack.decode(body, type=Kept))


def write_unsealed(home: Home, kept: Kept) -> None:
    encode = msgspec.msgpack.encode
    with contextlib.closing(open_state(home, PURPOSE, MIGRATIONS[:2], SystemClock())) as unsealed:
        unsealed.execute(
            "INSERT INTO suspicions VALUES (?, ?, ?, ?, 1, ?, 1, 1, 'uid:0', 'nothing')",
            (
                *(kept.suspicion.id, kept.suspicion.watched, 1),
                *(encode(kept.suspicion), encode(kept.answer)),
            ),
        )


ATTACKS: tuple[Callable[[Home], None], ...] = (
    dismiss_by_hand,
    delete_row,
    delete_row_and_count_anew,
    delete_newest_act,
    add_trigger,
    write_where_nothing_is_sealed,
    empty_everything,
    remove_file,
    remove_every_trace,
    write_as_an_older_program,
)


@pytest.fixture
def app(opened: Configure, scene: Scene) -> App:
    """One suspicion, told, and acted upon."""
    app = opened()
    for site in ("a", "b"):
        point(app, site, "tree", BEGIN - timedelta(hours=4), BEGIN - timedelta(hours=3))
    put(app, suspected(scene))
    suspicion_job.act(app)
    return app


def told(home: Home) -> list[str]:
    return [gap.reason for gap in gaps.waiting(home) if gap.purpose == PURPOSE]


def chain(app: App) -> ChainState:
    return next(one for one in heads_job.states(app) if one.chain is Chain.SUSPICIONS)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nobody_ends_a_suspicion_behind_our_back(
    attack: Callable[[Home], None], app: App, scene: Scene
) -> None:
    attack(scene.home)
    code, _ = run(scene.home, "suspicions")
    assert code == WRONG
    (kept,) = suspicion_job.standing(app)
    assert (kept.suspicion.id, kept.suspicion.watched) == ("suspicion-1", bytes(scene.share))
    if attack is not write_as_an_older_program:  # then nothing is lost, and nothing to be told
        assert told(scene.home)


@pytest.mark.parametrize(
    "attack",
    [dismiss_by_hand, delete_row, delete_row_and_count_anew, empty_everything, remove_file],
)
def test_what_was_not_told_yet_and_is_gone_is_unknown(
    attack: Callable[[Home], None], opened: Configure, scene: Scene
) -> None:
    app = opened()
    put(app, suspected(scene))
    attack(scene.home)
    code, shown = run(scene.home, "suspicions")
    assert code == UNDECIDED
    assert "was lost or damaged" in shown
    assert told(scene.home)


def test_status_and_mails_say_that_the_list_was_changed(opened: Configure, scene: Scene) -> None:
    app = opened()
    put(app, suspected(scene))
    assert [item.id for item in suspicion_items(app)] == ["suspicion.suspicion-1"]
    delete_row(scene.home)
    (item,) = suspicion_items(app)
    assert (item.id, item.verdict) == ("suspicions", CheckVerdict.UNKNOWN)
    kinds = {trouble.kind for trouble in integrity_troubles(app)}
    assert Kind.SUSPICIONS_LOST in kinds
    assert Kind.SUSPICION not in kinds
    scene.clock.moment += timedelta(days=2)
    assert Kind.SUSPICIONS_LOST not in {trouble.kind for trouble in integrity_troubles(app)}
    assert [item.id for item in suspicion_items(app)] == ["suspicions"]
    scene.clock.moment += timedelta(days=40)
    assert list(suspicion_items(app)) == []


def test_an_untouched_list_is_told_nothing_of(app: App, scene: Scene) -> None:
    suspicion_job.dismiss(app, "suspicion-1", Person(4001), "nén tệp")
    assert run(scene.home, "suspicions")[0] == GOOD
    assert chain(app).trouble is Trouble.NONE
    assert told(scene.home) == []


def test_an_older_list_is_found_by_its_count_though_nothing_was_told(
    opened: Configure, scene: Scene, tmp_path: Path
) -> None:
    app = opened()
    assert suspicion_job.standing(app) == ()
    kept = [Path(shutil.copy(file, tmp_path)) for file in list_files(scene.home)]
    put(app, suspected(scene))
    remove_file(scene.home)
    for file in kept:
        shutil.copy(file, scene.home.state_dir)
    assert run(scene.home, "suspicions")[0] == UNDECIDED
    assert told(scene.home) == ["rolled_back"]


def test_what_is_whole_in_a_changed_list_stays(opened: Configure, scene: Scene) -> None:
    app = opened(canaries="yes")
    put(app, suspected(scene))
    suspicion_job.tend_now(app)
    with sql(scene.home) as connection:
        connection.execute("UPDATE kept SET body = x'00' WHERE kind = 'canary'")
    assert [one.suspicion.id for one in suspicion_job.standing(app)] == ["suspicion-1"]
    assert told(scene.home) == ["changed"]


@pytest.mark.parametrize("names", ["suspicion.sqlite*", "suspicion.*"])
def test_an_older_list_put_back_is_found(
    names: str, opened: Configure, scene: Scene, tmp_path: Path
) -> None:
    app = opened()
    with suspicions_of(app) as store:
        store.canaries()
    kept = [Path(shutil.copy(file, tmp_path)) for file in scene.home.state_dir.glob(names)]
    put(app, suspected(scene))
    suspicion_job.act(app)
    for file in scene.home.state_dir.glob("suspicion.sqlite*"):
        file.unlink()
    for file in kept:
        shutil.copy(file, scene.home.state_dir)
    assert [one.suspicion.id for one in suspicion_job.standing(app)] == ["suspicion-1"]
    assert told(scene.home) == ["rolled_back"]
    suspicion_job.standing(app)
    assert told(scene.home) == ["rolled_back"]  # once


def test_an_earlier_row_of_ours_is_no_present_one(app: App, scene: Scene) -> None:
    with sql(scene.home) as connection:
        row = connection.execute("SELECT * FROM kept WHERE kind = 'suspicion'").fetchone()
    suspicion_job.dismiss(app, "suspicion-1", Person(4001), "nén tệp")
    with sql(scene.home) as connection:
        connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)
    assert suspicion_job.standing(app) == ()  # the dismissal was sealed
    assert told(scene.home) == ["changed"]


def test_a_missing_count_of_changes_is_told(app: App, scene: Scene) -> None:
    (scene.home.state_dir / f"{PURPOSE}.at").unlink()
    assert len(suspicion_job.standing(app)) == 1
    assert told(scene.home) == ["changed"]


def test_the_watching_process_takes_nothing_for_dismissed(
    opened: Configure, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long after the statement was sent, and forgotten here."""
    app = opened()
    with suspicions_of(app) as store:
        watching, _ = watch(app, store)
        watching.take(lost(app, scene, 0, 20), 1)
        assert len(store.open()) == 1
        monkeypatch.setattr(
            "agent.daemon.work.integrity.suspicions.sealed_suspicions", lambda _app: iter(())
        )
        delete_row(scene.home)
        assert suspicion_job.standing(app) == ()  # another process has set the file aside
        watching.take(lost(app, scene, 20, 1), 2)
        (kept,) = store.open()
        assert kept.suspicion.files >= 20
    assert told(scene.home) == ["changed"]


def test_an_older_programs_list_is_taken_over(opened: Configure, scene: Scene) -> None:
    home = home_at(scene.home.config_dir)
    app = opened()
    write_unsealed(home, Kept(suspected(scene), 1, Answered(), 1))
    (kept,) = suspicion_job.listing(app, 10)
    assert (kept.open, kept.dismissed_why) == (False, "nothing")
    assert (told(home), chain(app).number) == ([], 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE acts SET digest = x'00' WHERE number = 1",
        "DELETE FROM acts WHERE number = 1",
        "INSERT INTO acts VALUES (99, x'00', 'p')",
    ],
)
def test_a_changed_chain_is_found_told_once_and_gone_on_from(
    app: App, scene: Scene, change: str
) -> None:
    assert chain(app).number > 1
    with sql(scene.home) as connection:
        connection.execute(change)
    assert chain(app).trouble is Trouble.CHANGED
    chain_job.look_after(app)
    assert chain(app).trouble is Trouble.NONE
    assert told(scene.home) == ["changed"]
    assert len(suspicion_job.standing(app)) == 1


def test_a_head_on_paper_says_whether_the_list_goes_through_it(app: App, scene: Scene) -> None:
    head = chain(app).head
    assert head is not None
    assert str(head).startswith("S")
    suspicion_job.dismiss(app, "suspicion-1", Person(4001), "nén tệp")
    later = chain(app).head
    assert later is not None
    assert {heads_job.verify(app, one) for one in (head, later)} == {Answer.HOLDS}
    empty_everything(scene.home)
    answers = {heads_job.verify(app, one) for one in (head, later)}
    assert answers <= {Answer.CHANGED, Answer.ROLLED_BACK}


def test_a_strangers_list_is_not_ours(app: App, scene: Scene) -> None:
    remove_file(scene.home)
    with open_suspicions(scene.home, b"s" * 32, SystemClock()) as strangers:
        assert isinstance(strangers, SuspicionStore)
    assert len(suspicion_job.standing(app)) == 1
    assert told(scene.home)


def test_told_statements_bring_back_what_was_done(app: App, scene: Scene) -> None:
    (before,) = suspicion_job.standing(app)
    remove_every_trace(scene.home)
    (after,) = suspicion_job.standing(app)
    assert after.answer.held == before.answer.held
    assert after.answer.run_id == before.answer.run_id
