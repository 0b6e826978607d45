"""What people read: every list and message, in both languages."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from controller.fleet.issue_order import Task, issue_order
from controller.fleet.province import Province
from tests.controller.cli.conftest import Program
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.statements import Commitment

SPOT = Task("BV", "drill", drill_class="D0", site="b")


@pytest.fixture
def busy(province: Province, host: SpokenHost, clock: Clock) -> Program:
    """A province with an agent, an answered and a waiting order."""
    commitment = Commitment(clock())
    host.send(host.opening(), host.statement(commitment.manifest))
    order = issue_order(province, "lan", SPOT)
    host.send(host.statement(commitment.drill(clock(), order.order_id, order.nonce)))
    host.heartbeat()
    issue_order(province, "lan", SPOT)
    return Program(province.home.config_dir, 8443)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("facility list", "BV\tBệnh viện"),
        ("system list", "BV\tFS\tTệp\tND331\t3\t1 d 0 h"),
        ("user list", "admin\tadmin"),
        ("token list", "BV\tFS\t"),
        ("policy list", "tcvn-14423-2026.level-3\tND331\t3\t199"),
        ("policy show tcvn-14423-2026.level-3", "l3.risk.01\t5.1.2.1 a)"),
        ("agent list", "\tBV\tfs01\tFS\t21/11/2026 10:00\ttrusted"),
        ("drill list", "BV\tD0\tb\tPASSED (drill passed; the host's own statement)"),
        ("drill list --facility BV", "BV\tD0\tb\twaits for the agent"),
        ("score", "BV\tFS\t3\t0.0 %\t0.0 %\t0.0 %\t199"),
        ("doctor", "database\tgood\t"),
    ],
)
def test_a_list_shows_what_there_is(busy: Program, words: str, shown: str) -> None:
    assert shown in busy.run(*words.split()).stdout


def test_an_agent_is_revoked_and_said_so(busy: Program, host: SpokenHost) -> None:
    done = busy.run("agent", "revoke", host.agent, "--reason", "stolen")
    assert done.stderr == f"Agent {host.agent} is revoked.\n"
    assert "\trevoked" in busy.run("agent", "list").stdout


def test_an_agent_is_told_to_keep_its_old_points(busy: Program, host: SpokenHost) -> None:
    done = busy.run("agent", "hold", "--facility", "BV")
    assert (done.returncode, host.agent in done.stderr) == (0, True)
    ordered = busy.json("agent", "hold", "--facility", "BV", "--agent", host.agent)
    assert ordered["agent"] == host.agent


def test_an_order_and_its_drill_are_shown_with_the_drills_code(busy: Program) -> None:
    waiting, done = busy.json("drill", "list")["orders"]
    shown = busy.run("drill", "show", done["order_id"])
    assert (shown.returncode, "PASSED" in shown.stdout) == (0, True)
    assert busy.run("drill", "show", waiting["order_id"]).returncode == 2
    assert busy.json("drill", "show", done["order_id"])["drill"]["challenged"] is True


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("facility add B2 --name X", "Facility B2 added."),
        ("system add S2 --facility BV --name X --regime ND85 --level 2", "System S2 of level 2"),
        ("token create --facility BV --system FS", "It works once."),
        ("user add lan --role analyst", "Give lan this link"),
        ("drill order --facility BV --class D1 --site b", "waits for agent a-"),
        ("db upgrade", "Schema 0007"),
    ],
)
def test_what_was_done_is_said(busy: Program, words: str, says: str) -> None:
    done = busy.run(*words.split())
    assert done.returncode == 0
    assert says in done.stderr


def test_init_speaks_to_the_one_who_keeps_the_paper(program: Program) -> None:
    done = program.run(
        *("init", "--url", "https://soc.example", "--province", "GL", "--name", "Sở"),
        *("--listen", "[::1]:9443", "--also", "10.0.0.5"),
    )
    assert "Anchor (log key): " in done.stdout
    assert "Keep these lines on paper" in done.stderr
    text = (program.home / "controller.yaml").read_text()
    assert "host: ::1" in text
    assert "port: 9443" in text


@pytest.mark.parametrize("listen", ["9443", ":x", "host:"])
def test_a_place_to_listen_that_is_none_is_refused(program: Program, listen: str) -> None:
    words = ("--url", "https://soc.example", "--province", "GL", "--name", "Sở")
    assert program.run("init", *words, "--listen", listen).returncode == 78


def test_a_certificate_that_ends_soon_is_named(
    busy: Program, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    clock.forward(timedelta(days=380))
    late: Callable[[], object] = lambda: NOW + timedelta(days=380)  # noqa: E731
    monkeypatch.setattr("controller.cli.doctor.utc_now", late)
    done = busy.run("doctor")
    assert done.returncode == 1
    assert "certificates\twrong" in done.stdout
