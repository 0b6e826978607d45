"""A pack of policies: received, kept, waiting for its owner, in force, replaced, lost."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.reporting import send_evidence, send_heartbeat
from agent.daemon.status.all_items import status_items
from agent.daemon.work import check_job
from agent.daemon.work.policy_pack import PackStanding, own_policies, pack_standings
from agent.uplink import policy_packs
from agent.uplink.policy_packs import remembered
from tests.agent.pack_writing import good_files, signed
from tests.agent.uplink.stand_in import StandIn
from wire.messages import Configuration
from wire.verdicts import CheckVerdict, Regime

Opened = Callable[[Home], App]


def offer(app: App, controller: StandIn, raw: bytes) -> None:
    controller.orders = [raw.decode()]
    send_heartbeat(app)


def pack(controller: StandIn, version: int = 1, **changed: object) -> bytes:
    now = controller.now()
    return signed(
        controller.order_key,
        now,
        good_files(version),
        version=version,
        **changed,  # type: ignore[arg-type]
    )


def only(app: App) -> PackStanding:
    (found,) = pack_standings(app)
    return found


def in_force(app: App) -> int:
    found = only(app).in_force
    return found.signed.version if found else 0


def configured(home: Home, opened: Opened, accept: str) -> App:
    with home.agent_yaml.open("a") as stream:
        stream.write(f"accept_packs: {accept}\n")
    return opened(home)


def test_a_pack_waits_until_the_owner_accepts_it(joined: App, controller: StandIn) -> None:
    offer(joined, controller, pack(controller))
    assert (in_force(joined), only(joined).reason) == (0, "WAITING")
    assert own_policies(joined) is None
    policy_packs.accept(joined.memory, joined.home, "gl")
    assert (in_force(joined), only(joined).reason) == (1, "")


def test_yes_takes_a_pack_at_once(
    joined: App, home: Home, controller: StandIn, opened: Opened
) -> None:
    assert joined
    app = configured(home, opened, "yes")
    offer(app, controller, pack(controller))
    assert (in_force(app), only(app).reason) == (1, "")


@pytest.mark.usefixtures("joined")
def test_a_bad_newer_version_does_not_push_out_the_good_one(
    home: Home, controller: StandIn, opened: Opened
) -> None:
    app = configured(home, opened, "yes")
    offer(app, controller, pack(controller))
    bad = {**good_files(2), "checks/lines.yaml": "no checks"}
    offer(app, controller, signed(controller.order_key, controller.now(), bad, version=2))
    assert (in_force(app), only(app).newest_version, only(app).reason) == (1, 2, "BAD_WORDS")


def test_no_refuses_and_says_so(
    joined: App, home: Home, controller: StandIn, opened: Opened
) -> None:
    offer(joined, controller, pack(controller))
    policy_packs.accept(joined.memory, joined.home, "gl")
    app = configured(home, opened, "no")
    assert (in_force(app), only(app).reason) == (0, "SWITCHED_OFF")
    (item,) = [item for item in status_items(app) if item.id == "policy.gl"]
    assert item.verdict is CheckVerdict.NOT_APPLICABLE
    assert "takes no packs" in item.says


def test_a_newer_version_waits_while_the_accepted_one_counts(
    joined: App, controller: StandIn
) -> None:
    offer(joined, controller, pack(controller))
    policy_packs.accept(joined.memory, joined.home, "gl")
    offer(joined, controller, pack(controller, 2))
    assert (in_force(joined), only(joined).newest_version) == (1, 2)
    policy_packs.decline(joined.memory, joined.home, "gl")
    assert (in_force(joined), only(joined).reason) == (1, "DECLINED")
    policy_packs.accept(joined.memory, joined.home, "gl")
    assert (in_force(joined), only(joined).reason) == (2, "")


def test_the_controller_hears_what_is_held_and_what_is_used(
    joined: App, controller: StandIn
) -> None:
    offer(joined, controller, pack(controller))
    send_heartbeat(joined)
    held = remembered(joined.memory)["gl"].newest
    assert [beat.pack_digests for beat in controller.heartbeats] == [(), (held,)]
    policy_packs.accept(joined.memory, joined.home, "gl")
    check_job.run(joined)
    offer(joined, controller, pack(controller, 2))
    send_evidence(joined)
    said = [body for body in controller.bodies("configuration") if isinstance(body, Configuration)]
    uses = [(use.in_force, use.newest, use.reason) for body in said for use in body.policy_packs]
    assert uses == [(0, 1, "WAITING"), (1, 2, "WAITING")]
    assert {body.accept_packs for body in said} == {"ask"}


def test_a_renewal_lives_on_without_another_word_of_the_owner(
    joined: App, controller: StandIn
) -> None:
    offer(joined, controller, pack(controller))
    policy_packs.accept(joined.memory, joined.home, "gl")
    offer(joined, controller, pack(controller, life=timedelta(days=200)))
    found = only(joined)
    assert (in_force(joined), found.reason) == (1, "")
    assert found.newest is not None
    assert found.newest.signed.expires_at > controller.now() + timedelta(days=199)
    assert len(kept_files(joined)) == 1


def kept_files(app: App) -> list[Path]:
    return list((app.home.state_dir / "library" / "packs").iterdir())


def test_an_expired_pack_is_not_used_any_more(
    joined: App, controller: StandIn, home: Home, opened: Opened
) -> None:
    offer(joined, controller, pack(controller, life=timedelta(hours=1)))
    policy_packs.accept(joined.memory, joined.home, "gl")
    assert in_force(joined) == 1
    controller.clock_ahead = timedelta(hours=2)
    app = opened(home)
    controller.orders = []
    send_heartbeat(app)
    assert (in_force(app), only(app).reason) == (0, "EXPIRED")


@pytest.mark.parametrize("damage", ["changed", "gone", "older"])
def test_a_kept_pack_that_was_touched_is_not_used_and_is_fetched_again(
    joined: App, controller: StandIn, damage: str
) -> None:
    raw = pack(controller)
    offer(joined, controller, raw)
    policy_packs.accept(joined.memory, joined.home, "gl")
    (file,) = kept_files(joined)
    if damage == "gone":
        file.unlink()
    elif damage == "changed":
        file.write_bytes(raw.replace(b'"payload":"', b'"payload":"A', 1))
    else:  # rightly signed, and not the one that was accepted
        file.write_bytes(pack(controller, 7))
    assert (in_force(joined), only(joined).reason) == (0, "DAMAGED")
    controller.orders = []
    send_heartbeat(joined)
    assert [item.verdict for item in status_items(joined) if item.id == "policy.gl"] == [
        CheckVerdict.FAIL
    ]
    assert [item for item in status_items(joined) if item.id == "state.policy-pack"]
    offer(joined, controller, raw)
    assert (in_force(joined), only(joined).reason) == (1, "")


def test_what_a_pack_changes_is_judged_and_its_checks_are_asked(
    joined: App, controller: StandIn
) -> None:
    offer(joined, controller, pack(controller))
    before = check_job.own_standing(joined)
    policy_packs.accept(joined.memory, joined.home, "gl")
    rows = check_job.own_standing(joined)
    catalogue = rows.catalogues[Regime.ND331, 3]
    assert catalogue.digest != before.catalogues[Regime.ND331, 3].digest
    weights = {control.id: control.weight for control in catalogue.controls}
    assert (weights["l3.risk.01"], weights["gl.host.01"]) == (5, 3)
    look = check_job.run(joined, rows)
    (found,) = [finding for finding in look.findings if finding.check == "gl.app.line"]
    assert found.verdict in {CheckVerdict.FAIL, CheckVerdict.UNKNOWN}  # no such file here
    assert rows.weight("gl.app.line") == (3, 3)


def test_where_nothing_can_be_kept_the_pack_comes_again(joined: App, controller: StandIn) -> None:
    blocked = joined.home.state_dir / "library"
    blocked.write_text("a file in the folder's place")
    offer(joined, controller, pack(controller))
    assert pack_standings(joined) == ()
    assert [alarm.kind for alarm in joined.memory.alarms()] == ["PACK_REFUSED"]
    blocked.unlink()
    offer(joined, controller, pack(controller))
    assert only(joined).reason == "WAITING"
    assert joined.memory.alarms() == ()


def test_what_is_kept_is_closed_to_others(joined: App, controller: StandIn) -> None:
    old = os.umask(0)
    try:
        offer(joined, controller, pack(controller))
    finally:
        os.umask(old)
    places = [joined.home.state_dir / "library", *(joined.home.state_dir / "library").rglob("*")]
    assert [place for place in places if place.stat().st_mode & 0o077] == []
