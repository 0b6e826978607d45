"""`lachan-agent check` as a process on the real machine, and its view of a made-up one."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.checks.catalogue import ALL, CHECK_BY_ID
from agent.checks.model import Finding
from agent.cli.check import view as check_view
from agent.cli.check.choice import Request, checks_of
from agent.cli.check.command import exit_code
from agent.config.home import home_at
from agent.daemon.standing import judged_as, standing
from agent.state.lock import holder
from texts.catalogue import use
from wire.errors import GOOD, INTERRUPTED, UNDECIDED, USAGE, WRONG
from wire.verdicts import CheckVerdict, Regime

LEVEL_3 = (Regime.ND331, 3)
AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**keep, "LANG": "C.UTF-8"},
        check=False,
        timeout=120,
    )


def finding(
    check: str, verdict: CheckVerdict, observed: str = "", unreadable: str = "", reason: str = ""
) -> Finding:
    expected = CHECK_BY_ID[check].expected
    return Finding(
        check, verdict, expected, AT, observed=observed, unreadable=unreadable, reason=reason
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "agent.yaml").write_text(
        "facility: GL-BVDK\nsystems: [{code: FS-01, regime: ND331, level: 3}]\n"
    )
    return tmp_path


def test_the_document_has_the_published_shape(folder: Path) -> None:
    done = run("--home", str(folder), "check", "--json")
    document = json.loads(done.stdout)
    assert document["schema"] == "lachan.check/1"
    assert {"host", "at", "verdict", "results", "summary", "score", "coverage"} <= set(document)
    asked = standing(None, (LEVEL_3,)).checks
    assert [result["id"] for result in document["results"]] == [check.id for check in asked]
    wanted = {"id", "verdict", "observed", "expected", "controls", "remedy", "collected_at"}
    assert all(wanted <= set(result) for result in document["results"])
    assert all(result["controls"] for result in document["results"])
    assert all(
        {"level", "clause"} <= set(row) for one in document["results"] for row in one["rows"]
    )
    assert {result["observed_is"] for result in document["results"]} == {"public", "local"}
    unknown = [one for one in document["results"] if one["verdict"] == "UNKNOWN"]
    assert all(result["knowable_by"] for result in unknown)
    assert sum(document["summary"].values()) == len(asked)
    assert (document["changes"], document["recorded"]) == ([], True)
    assert 0 <= document["score"] <= 1


def test_the_exit_code_says_what_was_found(folder: Path) -> None:
    done = run("--home", str(folder), "check", "--json")
    verdicts = {result["verdict"] for result in json.loads(done.stdout)["results"]}
    assert done.returncode == (WRONG if "FAIL" in verdicts else UNDECIDED)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (("PASS", "NOT_APPLICABLE"), GOOD),
        (("PASS", "UNKNOWN"), UNDECIDED),
        (("UNKNOWN", "FAIL", "PASS"), WRONG),
        ((), GOOD),
    ],
)
def test_one_wins_over_two(verdicts: tuple[str, ...], code: int) -> None:
    found = [finding("sshd.ciphers_strong", CheckVerdict(verdict)) for verdict in verdicts]
    assert exit_code(found) == code


def test_without_an_agent_it_looks_and_records_nothing(tmp_path: Path) -> None:
    done = run("--home", str(tmp_path), "check")
    assert done.returncode in {WRONG, UNDECIDED}
    assert "Nothing was recorded" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_one_check_is_explained_with_its_rows(folder: Path) -> None:
    done = run("--home", str(folder), "check", "--explain", "files.mode.shadow")
    assert CHECK_BY_ID["files.mode.shadow"].remedy in done.stdout
    assert "level 3" in done.stdout
    assert "kernel." not in done.stdout
    assert "Nothing was recorded" in done.stderr


@pytest.mark.parametrize("option", ["--explain", "--only"])
def test_an_unknown_check_is_wrong_usage(folder: Path, option: str) -> None:
    done = run("--home", str(folder), "check", option, "no.such_check")
    assert done.returncode == USAGE
    assert "no.such_check" in done.stderr


def test_only_a_part_is_looked_at_and_not_recorded(folder: Path) -> None:
    done = run(
        "--home", str(folder), "check", "--json", "--only", "kernel.setting.randomize_va_space"
    )
    document = json.loads(done.stdout)
    assert [result["id"] for result in document["results"]] == ["kernel.setting.randomize_va_space"]
    assert document["recorded"] is False
    waiting = json.loads(run("--home", str(folder), "outbox", "list", "--json").stdout)
    assert not [one for one in waiting["envelopes"] if one["kind"] == "findings"]


def test_a_part_is_named_by_its_beginning_or_its_group_of_rows() -> None:
    rows = standing(None, (LEVEL_3,))
    group = rows.rows["sshd.root_login_denied"][0].control.group
    by_area = checks_of(request("sshd"), rows)
    by_group = checks_of(request(group), rows)
    assert {check.id.partition(".")[0] for check in by_area} == {"sshd"}
    assert "sshd.root_login_denied" in {check.id for check in by_group}
    assert all(any(row.control.group == group for row in rows.rows[check.id]) for check in by_group)
    assert checks_of(request("sshd", "sshd.ciphers_strong"), rows) == by_area


@pytest.mark.parametrize("number", range(1, 6))
def test_only_the_checks_that_decide_rows_of_the_level_are_run(number: int) -> None:
    rows = judged_as(None, (Regime.ND331, number))
    asked = {check.id for check in rows.checks}
    assert asked == set(rows.rows)
    assert {row.level for found in rows.rows.values() for row in found} == {number}


def test_another_level_is_judged_by_its_own_rows_and_not_recorded(folder: Path) -> None:
    done = run("--home", str(folder), "check", "--level", "1", "--json")
    document = json.loads(done.stdout)
    assert document["levels"] == [{"regime": "ND331", "level": 1}]
    assert {row["level"] for one in document["results"] for row in one["rows"]} == {1}
    assert (document["recorded"], document["systems"]) == (False, [])


def test_the_level_that_was_judged_is_said(tmp_path: Path) -> None:
    """Also where nobody has said one, and the usual one is taken."""
    assert "ND331, level 3" in run("--home", str(tmp_path), "check").stdout
    assert "ND331, level 5" in run("--home", str(tmp_path), "check", "--level", "5").stdout


def test_failed_lists_only_what_is_wrong_and_counts_all(folder: Path) -> None:
    whole = json.loads(run("--home", str(folder), "check", "--json").stdout)
    done = run("--home", str(folder), "check", "--json", "--failed")
    document = json.loads(done.stdout)
    assert {result["verdict"] for result in document["results"]} == {"FAIL"}
    assert document["summary"]["FAIL"] == len(document["results"])
    assert sum(document["summary"].values()) == sum(whole["summary"].values())


def test_what_changed_since_the_last_look_is_told(folder: Path) -> None:
    run("--home", str(folder), "check")
    with sqlite3.connect(folder / "state/checks.sqlite") as history:
        history.execute(
            "UPDATE last_verdict SET verdict = 'PASS' WHERE check_id ="
            " (SELECT check_id FROM last_verdict WHERE verdict = 'FAIL' ORDER BY 1 LIMIT 1)"
        )
        history.execute(
            "DELETE FROM last_verdict WHERE check_id = 'kernel.setting.randomize_va_space'"
        )
    history.close()
    said = run("--home", str(folder), "check", "--json").stdout
    told = {change["change"]: change for change in json.loads(said)["changes"]}
    assert set(told) == {"worse", "new"}
    assert (told["worse"]["was"], told["worse"]["now"]) == ("PASS", "FAIL")
    assert told["new"]["id"] == "kernel.setting.randomize_va_space"


def test_another_root_is_judged_and_not_recorded(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\nx:x:0:0::/x:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    done = run("--home", str(folder), "check", "--json", "--root", str(root))
    document = json.loads(done.stdout)
    verdicts = {one["id"]: (one["verdict"], one.get("reason")) for one in document["results"]}
    assert document["recorded"] is False
    assert verdicts["accounts.only_root_has_uid_0"] == ("FAIL", None)
    assert verdicts["kernel.setting.randomize_va_space"] == ("UNKNOWN", "other_root")
    assert verdicts["sshd.ciphers_strong"][0] != "PASS"
    assert not (folder / "state/checks.sqlite").exists()


def test_ctrl_c_while_collecting_ends_it_and_its_programs(folder: Path) -> None:
    words = [sys.executable, "-m", "agent.cli", "--home", str(folder), "check", "--fresh"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        child = first_child(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert not Path(f"/proc/{child}").exists()
    assert holder(home_at(folder), "slow-facts") is None


def first_child(process: "subprocess.Popen[bytes]") -> int:
    """The first program that the process started; it takes as long as it takes."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None:
        if children := listed.read_text().split():
            return int(children[0])
    raise AssertionError(process.communicate()[1].decode())


def request(*only: str) -> Request:
    return Request(
        fresh=False,
        only=only,
        failed=False,
        level=None,
        explain=None,
        root=None,
        everything=False,
    )


def test_unknown_is_listed_first_and_then_the_heaviest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = standing(None, ((Regime.ND331, 3),))
    light, heavy = "sshd.connections_limited", "sshd.root_login_denied"
    found = [
        finding(light, CheckVerdict.FAIL, observed="PerSourceMaxStartups none"),
        finding(heavy, CheckVerdict.FAIL, observed="PermitRootLogin yes"),
        finding("audit.recording", CheckVerdict.UNKNOWN, unreadable="auditctl", reason="denied"),
    ]
    use("en")
    check_view.show(found, rows, everything=False)
    said = capsys.readouterr().out
    places = [said.index(check) for check in ("audit.recording", heavy, light)]
    assert places == sorted(places)
    assert "Look as root: sudo lachan-agent check" in " ".join(said.split())


def test_nothing_that_is_wrong_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = [finding(check.id, CheckVerdict.FAIL, observed="x") for check in ALL]
    check_view.show(found, standing(None, ()), everything=False)
    said = capsys.readouterr().out
    assert set(re.findall(r"\(([a-z]+\.[a-z_0-9.]+)\)", said)) == set(CHECK_BY_ID)
