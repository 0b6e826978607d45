"""Holding points at once, and letting them go by two people."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from agent.backup.retention.errors import NobodyInParticularError, NothingHeldError
from agent.backup.retention.holds import ALL
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.people import Person, caller, name_of
from agent.daemon.status.keeping import keeping_items
from agent.daemon.work.backup import holding_job
from agent.daemon.work.backup.backup_job import LOCK
from agent.sites.errors import UnknownSiteError
from agent.state.lock import hold
from tests.agent.retention.conftest import Clock
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import Retention

AN, BINH, ROOT = Person(1001), Person(1002), Person(0)
CONFIGURATION = """facility: GL-BVDK
datasets: [{name: share, paths: [/srv], schedule: "0 4 * * *", rpo: 24h}]
sites: [{name: a, kind: local, path: /nowhere/a, held_by: owned}]
"""


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[App]:
    home = home_at(tmp_path / "home")
    home.agent_yaml.parent.mkdir(mode=0o700)
    home.agent_yaml.write_text(CONFIGURATION)
    with closing(open_app(home, clock=clock)) as opened:
        yield opened


def said(app: App) -> list[tuple[str, str, str]]:
    """Oldest first: what, where, by what."""
    rows = app.outbox.latest("retention", 20)
    bodies = [decode_statement("retention", peek_payload(row.raw)).body for row in rows]
    found = [body for body in bodies if isinstance(body, Retention)]
    return [(body.action, body.site, body.by) for body in reversed(found)]


def test_one_person_holds_at_once_even_while_a_backup_runs(app: App) -> None:
    with hold(app.home, LOCK):
        placed = holding_job.place(app, AN, "lạ: tệp đổi đuôi hàng loạt")
    assert [one.id for one in holding_job.standing(app).holds] == [placed.id]
    assert said(app) == [("held", "", "person")]
    assert "đuôi" not in str(app.outbox.latest("retention", 1))
    (item,) = [one for one in keeping_items(app) if one.id == "retention.hold"]
    assert "lạ: tệp đổi đuôi hàng loạt" in item.says
    assert app.outbox.latest("site_state", 1)


def test_two_people_let_go_and_one_alone_does_not(app: App) -> None:
    holding_job.place(app, AN, "")
    assert holding_job.release(app, AN).people == ()
    assert holding_job.release(app, AN).people == ()
    assert holding_job.standing(app).holds
    assert holding_job.release(app, BINH).people == ("uid:1001", "uid:1002")
    assert holding_job.standing(app) == holding_job.Standing((), ())
    actions = [action for action, _, _ in said(app)]
    assert actions == ["held", "release_asked", "release_asked", "released"]


def test_a_wish_grows_old(app: App, clock: Clock) -> None:
    holding_job.place(app, AN, "")
    holding_job.release(app, AN)
    clock.at += timedelta(hours=25)
    assert holding_job.release(app, BINH).people == ()
    assert [wish.person for wish in holding_job.standing(app).wishes] == ["uid:1002"]


def test_a_wish_from_before_a_hold_counts_for_nothing(app: App) -> None:
    holding_job.place(app, AN, "")
    holding_job.release(app, AN)
    holding_job.place(app, BINH, "another trouble")
    assert holding_job.release(app, BINH).people == ()
    assert len(holding_job.standing(app).holds) == 2


def test_a_wish_for_one_thing_is_none_for_another(app: App) -> None:
    holding_job.place(app, AN, "")
    holding_job.release(app, AN, "a")
    assert holding_job.release(app, BINH, ALL).people == ()
    assert holding_job.release(app, BINH, "a").people == ("uid:1001", "uid:1002")
    assert holding_job.standing(app).holds
    assert ("room_allowed", "a", "person") in said(app)


def test_root_is_nobody_in_particular_but_may_hold(app: App) -> None:
    holding_job.place(app, ROOT, "")
    with pytest.raises(NobodyInParticularError):
        holding_job.release(app, ROOT)


def test_nothing_is_released_where_nothing_is_held(app: App) -> None:
    with pytest.raises(NothingHeldError):
        holding_job.release(app, AN)
    with pytest.raises(UnknownSiteError):
        holding_job.release(app, AN, "nowhere")


def test_a_hold_by_order_says_which(app: App) -> None:
    placed = holding_job.place(app, ROOT, "", "o-17")
    assert placed.placed_by == "order:o-17"
    assert said(app) == [("held", "", "order")]
    assert name_of(placed.placed_by) == "order:o-17"


@pytest.mark.parametrize(
    ("login", "uid", "expected"),
    [
        ("1001\n", 0, Person(1001)),  # sudo
        ("4294967295", 0, Person(0)),  # nobody logged in
        ("4294967295", 1002, Person(1002)),
        ("0", 0, Person(0)),
        ("odd", 1002, Person(1002)),
        (None, 1002, Person(1002)),  # a kernel without audit
    ],
)
def test_who_logged_in_counts_and_not_who_the_process_is(
    tmp_path: Path, login: str | None, uid: int, expected: Person
) -> None:
    file = tmp_path / "loginuid"
    if login is not None:
        file.write_text(login)
    assert caller(file, uid) == expected


def test_an_account_is_shown_by_its_name_while_it_has_one() -> None:
    assert Person(0).name == "root"
    assert name_of("uid:3999999999") == "uid:3999999999"
    assert not ROOT.particular
    assert AN.particular


def test_items_say_nothing_good_of_what_nobody_looked_at(app: App) -> None:
    assert keeping_items(app) == []
