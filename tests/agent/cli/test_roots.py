"""Stock Debian 12 and 13 below a folder are judged by the same checks, by their files alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.real.debian_roots import NUMBERS, root_of

AS_ROOT = os.geteuid() == 0
WRITTEN = ("etc", "var/lib/dpkg", "var/log")
ON_BOTH = {  # what a stock Debian is, whoever made the folder and reads it
    "accounts.only_root_has_uid_0": "PASS",
    "accounts.passwords_shadowed": "PASS",
    "accounts.no_empty_passwords": "PASS" if AS_ROOT else "UNKNOWN",
    "accounts.root_password_locked": "PASS" if AS_ROOT else "UNKNOWN",
    "accounts.expiry_told_before": "PASS",
    "accounts.new_idle_ones_close": "FAIL",
    "password.hash_modern": "PASS",
    "password.length_demanded": "FAIL",
    "password.lockout_after_failures": "FAIL",
    "pam.no_empty_password_at_login": "FAIL",
    "pam.closed_while_maintained": "PASS",
    "software.absent.telnet_server": "PASS",
    "software.present.firewall": "PASS",
    "software.present.audit": "FAIL",
    "software.sources_checked": "PASS",
    "updates.release_supported": "PASS",
    "login.banner.console_warns": "FAIL",
}
RUNNING_ONLY = (  # no file says what runs
    "kernel.setting.", "sshd.root_login_denied", "services.no_", "firewall.inbound", "resources.",
    "storage.data_encrypted", "antivirus.scanner_runs",
)  # fmt: skip


def judged(number: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "agent.cli", "--home", "/nonexistent", "check"]
    words = ["--root", str(root_of(number)), "--level", "5", "--json"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module", params=NUMBERS)
def number(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def document(number: str) -> dict[str, Any]:
    return judged(number)


def test_every_check_of_the_highest_level_gives_a_result_with_evidence(
    document: dict[str, Any],
) -> None:
    results = document["results"]
    assert len(results) >= 285
    assert all(result["observed"] for result in results)
    decided = [result for result in results if result["verdict"] in {"PASS", "FAIL"}]
    assert len(decided) >= (150 if AS_ROOT else 100)


def test_what_its_files_say_is_judged(document: dict[str, Any]) -> None:
    verdicts = {result["id"]: result["verdict"] for result in document["results"]}
    assert {check: verdicts[check] for check in ON_BOTH} == ON_BOTH


def test_its_release_is_its_own(document: dict[str, Any], number: str) -> None:
    (found,) = [one for one in document["results"] if one["id"] == "updates.release_supported"]
    assert found["observed"].startswith(f"debian {number} until")


def test_what_only_a_running_system_knows_is_unknown_and_says_how_to_know_it(
    document: dict[str, Any],
) -> None:
    asked = [one for one in document["results"] if one["id"].startswith(RUNNING_ONLY)]
    assert len(asked) >= 20
    wrong = [
        (one["id"], one["verdict"], one.get("reason"))
        for one in asked
        if one["verdict"] not in {"UNKNOWN", "NOT_APPLICABLE"}
    ]
    assert wrong == []
    unknown = [one for one in document["results"] if one["verdict"] == "UNKNOWN"]
    assert all(one["knowable_by"] for one in unknown)
    assert "other_root" in {one["reason"] for one in unknown}


def test_nothing_is_written_into_it_and_nothing_recorded(number: str) -> None:
    before = moments(root_of(number))
    assert judged(number)["recorded"] is False
    assert moments(root_of(number)) == before


def moments(root: Path) -> dict[str, int]:
    return {
        str(path): path.lstat().st_mtime_ns
        for folder in WRITTEN
        for path in (root / folder, *(root / folder).rglob("*"))
        if os.access(path.parent, os.X_OK)
    }
