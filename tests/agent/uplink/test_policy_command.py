"""`lachan-agent policy`: the owner looks at a pack and has the last word."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from agent.cli.main import root_command
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.reporting import send_heartbeat
from agent.daemon.work.policy_pack import pack_standings
from tests.agent.pack_writing import good_files, signed
from tests.agent.uplink.stand_in import StandIn


def run(home: Home, *words: str) -> tuple[int, str]:
    argv = ["--lang", "en", "--home", str(home.config_dir), *words]
    done = CliRunner().invoke(root_command(), argv, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return int(done.return_value or 0), done.stdout


def document(home: Home, *words: str) -> Any:  # noqa: ANN401 - a JSON document
    code, said = run(home, "--json", *words)
    assert code == 0
    return json.loads(said)


@pytest.fixture
def waiting(joined: App, controller: StandIn) -> App:
    """A pack has come, and its owner has not looked yet."""
    controller.orders = [signed(controller.order_key, controller.now()).decode()]
    send_heartbeat(joined)
    return joined


def test_a_pack_that_waits_is_listed_with_its_reason(waiting: App) -> None:
    (found,) = document(waiting.home, "policy", "list")["packs"]
    assert (found["pack"], found["in_force"], found["newest"]) == ("gl", None, 1)
    assert found["reason"] == "WAITING"
    assert "waits until the owner" in run(waiting.home, "policy", "list")[1]


def test_what_it_would_do_is_shown_before_it_may(waiting: App) -> None:
    shown = document(waiting.home, "policy", "show", "gl")
    assert [row["control"] for row in shown["overrides"]] == ["l3.risk.01"]
    assert [check["with"]["path"] for check in shown["checks"]] == ["/etc/app/app.conf"]
    text = run(waiting.home, "policy", "show", "gl")[1]
    assert "/etc/app/app.conf" in text
    assert "weight: 5" in text


def test_accepting_puts_it_into_force(waiting: App) -> None:
    assert run(waiting.home, "policy", "accept", "gl", "1")[0] == 0
    (found,) = document(waiting.home, "policy", "list")["packs"]
    assert (found["in_force"], found["reason"]) == (1, None)


def test_refusing_leaves_it_out(waiting: App) -> None:
    run(waiting.home, "policy", "refuse", "gl", "1")
    (found,) = document(waiting.home, "policy", "list")["packs"]
    assert (found["in_force"], found["reason"]) == (None, "DECLINED")


@pytest.mark.parametrize("words", [("accept", "gl", "2"), ("accept", "zz", "1"), ("show", "zz")])
def test_what_the_owner_did_not_see_cannot_be_accepted(
    waiting: App, words: tuple[str, ...]
) -> None:
    with pytest.raises(Exception, match="no pack"):
        run(waiting.home, "policy", *words)
    assert all(each.in_force is None for each in pack_standings(waiting))


def test_a_pack_that_breaks_the_rules_cannot_be_accepted_and_says_why(
    joined: App, controller: StandIn
) -> None:
    files = dict(good_files())
    files["checks/lines.yaml"] = files["checks/lines.yaml"].replace(
        "{path: /etc/app/app.conf, line: mode safe, absent: bad}", "{path: /etc/app/x, lines: y}"
    )
    controller.orders = [signed(controller.order_key, controller.now(), files).decode()]
    send_heartbeat(joined)
    with pytest.raises(Exception, match="cannot be accepted"):
        run(joined.home, "policy", "accept", "gl", "1")
    shown = document(joined.home, "policy", "show", "gl")
    assert shown["reason"] == "BAD_CHECKS"
    assert [each["check"] for each in shown["objections"]] == ["checks/lines.yaml"]
    assert "checks/lines.yaml" in run(joined.home, "policy", "show", "gl")[1]


def test_a_check_of_the_pack_is_shown_with_the_others(waiting: App) -> None:
    run(waiting.home, "policy", "accept", "gl", "1")
    _, said = run(waiting.home, "--json", "check", "--only", "gl")
    (result,) = json.loads(said)["results"]
    assert (result["id"], result["observed_is"]) == ("gl.app.line", "local")
    assert result["controls"] == ["gl.host.01"]
    assert "The line is there" in run(waiting.home, "check", "--explain", "gl.app.line")[1]
