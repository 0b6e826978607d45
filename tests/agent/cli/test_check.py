"""`lachan-agent check` as a process on the real machine, and its view of a made-up one."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.checks.catalogue import ALL, CHECK_BY_ID
from agent.checks.model import Finding
from agent.cli import check_view
from agent.cli.check import exit_code
from agent.config.home import home_at
from agent.daemon.standing import standing
from texts.catalogue import use
from wire.errors import GOOD, UNDECIDED, USAGE, WRONG
from wire.verdicts import CheckVerdict, Regime

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
    assert [result["id"] for result in document["results"]] == [check.id for check in ALL]
    wanted = {"id", "verdict", "observed", "expected", "controls", "remedy", "collected_at"}
    assert all(wanted <= set(result) for result in document["results"])
    assert all(result["controls"] for result in document["results"])
    assert sum(document["summary"].values()) == len(ALL)
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


def test_one_check_is_explained(folder: Path) -> None:
    done = run("--home", str(folder), "check", "--why", "files.passwords_guarded")
    assert CHECK_BY_ID["files.passwords_guarded"].remedy in done.stdout
    assert "l3." in done.stdout
    assert "kernel." not in done.stdout


def test_an_unknown_check_is_wrong_usage(folder: Path) -> None:
    done = run("--home", str(folder), "check", "--why", "no.such_check")
    assert done.returncode == USAGE
    assert "no.such_check" in done.stderr


def test_unknown_is_listed_first_and_then_the_heaviest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = standing(home_at(tmp_path), ((Regime.ND331, 3),))
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
    assert "sudo lachan-agent check" in said


def test_nothing_that_is_wrong_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [finding(check.id, CheckVerdict.FAIL, observed="x") for check in ALL]
    check_view.show(found, standing(home_at(tmp_path), ()), everything=False)
    said = capsys.readouterr().out
    assert set(re.findall(r"\(([a-z]+\.[a-z_0-9]+)\)", said)) == set(CHECK_BY_ID)
