"""The command line as a process: streams, exit codes, languages, speed of nothing."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from agent.cli.main import COMMANDS, root_command
from agent.config.home import home_at
from agent.daemon.app import open_app
from agent.daemon.status.doctor import restic_item
from agent.host import LocalHost
from texts.commands import LazyGroup
from wire.verdicts import CheckVerdict


def run(*words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**keep, "LANG": "C.UTF-8", **environment},
        check=False,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "agent.yaml").write_text("facility: GL-BVDK\n")
    return tmp_path


def test_help_names_every_command_without_loading_any() -> None:
    script = (
        "import sys\nfrom agent.cli.main import root_command\n"
        "root_command().main(['--help'], standalone_mode=False)\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in"
        " {'yaml', 'sqlite3', 'ssl', 'cryptography', 'urllib3', 'apscheduler', 'rich',"
        " 'prometheus_client'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert all(f"  {name} " in done.stdout for name in COMMANDS)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_loads_and_has_help(name: str) -> None:
    done = run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout


@pytest.mark.parametrize(
    "words",
    [("bogus",), ("--bogus",), ("outbox", "list", "--number", "x"), ("status", "extra"), ()],
)
def test_wrong_usage_ends_with_64(words: tuple[str, ...]) -> None:
    assert run(*words).returncode == 64


def test_no_configuration_is_78_with_a_sentence_and_a_hint(tmp_path: Path) -> None:
    done = run("--home", str(tmp_path), "status")
    assert done.returncode == 78
    assert "agent.yaml" in done.stderr
    assert "lachan-agent join" in done.stderr
    assert done.stdout == ""


def test_shared_options_stand_before_or_after_the_command(folder: Path) -> None:
    before = run("--home", str(folder), "--json", "outbox", "show")
    after = run("outbox", "show", "--json", "--home", str(folder))
    assert before.returncode == after.returncode == 0
    assert json.loads(before.stdout)["head"] == json.loads(after.stdout)["head"]


def test_the_environment_names_the_home_and_the_option_wins(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert run("outbox", LACHAN_HOME=str(folder)).returncode == 0
    assert run("--home", str(folder), "outbox", LACHAN_HOME=str(other)).returncode == 0


def test_json_is_the_only_thing_on_stdout(folder: Path) -> None:
    for words in (
        ("outbox",),
        ("status",),
        ("doctor",),
        ("config", "show"),
        ("config", "validate"),
    ):
        done = run("--home", str(folder), *words, "--json")
        document = json.loads(done.stdout)
        assert document["schema"].startswith("lachan.")
        assert {"host", "at"} <= document.keys()


def test_the_language_follows_the_option_then_the_environment(folder: Path) -> None:
    assert "Options" in run("--help").stdout
    assert "Tùy chọn" in run("--help", "--lang", "vi").stdout
    assert "Tùy chọn" in run("--help", LANG="vi_VN.UTF-8").stdout
    vietnamese = run("--home", str(folder), "--lang", "vi", "status").stdout
    assert vietnamese != run("--home", str(folder), "--lang", "en", "status").stdout


def test_a_token_as_an_argument_is_refused_and_not_repeated(folder: Path) -> None:
    done = run("--home", str(folder), "join", "LACHAN1.c2VjcmV0")
    assert done.returncode == 64
    assert "c2VjcmV0" not in done.stderr + done.stdout


def test_a_token_that_is_none_is_wrong_usage(folder: Path) -> None:
    done = run("--home", str(folder), "join", stdin="LACHAN1.broken\n")
    assert done.returncode == 64
    assert "broken" not in done.stderr


def test_a_token_file_that_is_missing_is_named(folder: Path) -> None:
    done = run("--home", str(folder), "join", "--token-file", str(folder / "none"))
    assert done.returncode == 64


def test_validate_lists_all_problems_with_paths(folder: Path) -> None:
    (folder / "agent.yaml").write_text("facilty: x\nsystems: [{code: A, regime: N, level: 1}]\n")
    done = run("--home", str(folder), "config", "validate")
    assert done.returncode == 78
    assert "facilty" in done.stderr
    assert "systems[0].regime" in done.stderr
    document = json.loads(run("--home", str(folder), "config", "validate", "--json").stdout)
    assert [problem["path"] for problem in document["problems"]] == ["facilty", "systems[0].regime"]


def test_the_sample_can_be_piped_into_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_text(run("config", "sample").stdout)
    assert run("--home", str(tmp_path), "config", "show").returncode == 0


def test_doctor_works_with_a_wrong_configuration(folder: Path) -> None:
    (folder / "agent.yaml").write_text("facilty: x\n")
    done = run("--home", str(folder), "doctor", "--json")
    assert done.returncode == 1
    items = {item["id"]: item for item in json.loads(done.stdout)["items"]}
    assert items["configuration"]["verdict"] == "FAIL"
    assert "facility" in items["configuration"]["says"]


def test_doctor_in_an_empty_home_has_looked_at_nothing(tmp_path: Path) -> None:
    done = run("--home", str(tmp_path / "none"), "doctor", "--json")
    assert done.returncode == 78
    document = json.loads(done.stdout)
    verdicts = {item["id"]: item["verdict"] for item in document["items"]}
    assert verdicts == {"configuration": "FAIL", "secrets": "UNKNOWN"}
    assert document["verdict"] == "FAIL"


def test_doctor_finds_a_secret_that_others_may_read(folder: Path) -> None:
    run("--home", str(folder), "outbox")
    (folder / "secrets" / "agent.key").chmod(0o644)
    items = {
        item["id"]: item
        for item in json.loads(run("--home", str(folder), "doctor", "--json").stdout)["items"]
    }
    assert items["secrets"]["verdict"] == "FAIL"
    assert "chmod 600" in items["secrets"]["mend"]


def test_doctor_finds_that_restic_is_missing(folder: Path) -> None:
    with (folder / "agent.yaml").open("a") as stream:
        stream.write("datasets: [{name: d, paths: [/srv], schedule: '0 1 * * *', rpo: 8h}]\n")
    app = open_app(home_at(folder))
    present = restic_item(app)
    absent = restic_item(replace(app, host=LocalHost(folder)))  # there no program can be run
    app.close()
    assert (present.verdict, absent.verdict) == (CheckVerdict.PASS, CheckVerdict.FAIL)
    assert "apt-get install restic" in absent.mend


def test_status_of_a_damaged_state_names_the_loss(folder: Path) -> None:
    run("--home", str(folder), "outbox")
    file = folder / "state" / "outbox.sqlite"
    file.write_bytes(file.read_bytes()[:5000])
    done = run("--home", str(folder), "status", "--json")
    assert done.returncode == 1
    items = {item["id"]: item for item in json.loads(done.stdout)["items"]}
    assert items["state.outbox"]["verdict"] == "FAIL"


def test_an_interrupt_ends_with_130(folder: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "--home", str(folder), "run"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    for line in child.stderr:
        if "working" in line:
            break
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=60)
    assert child.returncode == 130


def test_commands_get_the_shared_options_once() -> None:
    group = root_command()
    assert isinstance(group, LazyGroup)
    first = group.get_command(group.make_context("x", [], resilient_parsing=True), "outbox")
    again = group.get_command(group.make_context("x", [], resilient_parsing=True), "outbox")
    assert first is again
    assert first is not None
    assert [parameter.name for parameter in first.params].count("home") == 1


def test_the_list_of_commands_shows_whole_sentences() -> None:
    shown = run("--lang", "vi", "backup", "--help").stdout.partition("Lệnh:")[2]
    assert "hold" in shown
    assert "..." not in shown
    assert "DEVICE" not in shown
