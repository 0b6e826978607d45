"""`lachan-agent restore` as a person, a script, and nobody else uses it."""

import ast
import errno
import json
import os
import pty
import select
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.backup.errors import NotConfirmedError
from agent.cli.restore import confirm as restore_confirm
from agent.daemon.jobs import jobs_of
from agent.daemon.orders import words_of
from agent.playbooks.verbs import Verb
from tests.agent.restore.conftest import FOLDER, Hospital, damage, restic_whose_restore
from wire.orders import Order

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "80"}


def command(hospital: Hospital, *words: str) -> list[str]:
    home = str(hospital.app.home.config_dir)
    return [sys.executable, "-m", "agent.cli", "--home", home, "restore", *words]


def run(hospital: Hospital, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(hospital, *words),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
    )


def at_terminal(hospital: Hospital, typed: str, *words: str) -> tuple[int, str]:
    """Run it on a terminal of its own and answer its question; all that it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, command(hospital, *words), ENVIRONMENT)  # noqa: S606
    shown, asked = b"", False
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        try:
            piece = os.read(terminal, 4096) if ready else b""
        except OSError as error:
            assert error.errno == errno.EIO  # noqa: PT017 - the other end is closed
            piece = b""
        if not piece:
            break
        shown += piece
        if b"type the name" in shown and not asked:
            asked = True
            os.write(terminal, typed.encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


@pytest.fixture(scope="module")
def many(hospital: Hospital) -> Hospital:
    folder = hospital.share / "Kế toán"
    folder.mkdir()
    for number in range(101):
        (folder / f"hóa đơn {number}").write_text(str(number))
    hospital.back_up()
    return hospital


def test_a_dry_run_lists_sizes_and_writes_nothing(hospital: Hospital) -> None:
    before = sorted(hospital.share.rglob("*"))
    result = run(hospital, "run", str(hospital.share / FOLDER), "--dry-run", "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    sizes = {each["path"]: each["size"] for each in found["list"] if each["type"] == "file"}
    assert sizes[f"/{FOLDER}/2026/hồ sơ 1.txt"] == 900
    assert (found["files"], found["bytes"]) == (len(sizes), sum(sizes.values()))
    assert found["way"] == "beside"
    assert sorted(hospital.share.rglob("*")) == before


def test_a_script_must_say_how_many_files_it_expects(many: Hospital, tmp_path: Path) -> None:
    words = ("run", str(many.share / "Kế toán"), "--into", str(tmp_path / "new"))
    refused = run(many, *words)
    assert refused.returncode == 64
    assert "--up-to 101" in refused.stderr
    assert run(many, *words, "--up-to", "100").returncode == 64
    assert not (tmp_path / "new").exists()
    done = run(many, *words, "--up-to", "101", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["proved"] is True
    assert len(list((tmp_path / "new" / "Kế toán").iterdir())) == 101


def test_a_person_types_the_name_also_without_accents(many: Hospital, tmp_path: Path) -> None:
    words = ("run", str(many.share / "Kế toán"), "--into", str(tmp_path / "new"))
    code, shown = at_terminal(many, "so luong", *words)
    assert code == 64, shown
    assert "That was not the name Kế toán" in shown
    assert not (tmp_path / "new").exists()
    code, shown = at_terminal(many, "ke toan", *words)
    assert code == 0, shown
    assert "compared" in shown
    words_alone = [
        line for line in shown.replace("\r", "").split("\n") if not {"/", "\x1b"} & {*line}
    ]
    assert all(len(line) <= 80 for line in words_alone)


def test_up_to_a_hundred_files_nobody_is_asked(many: Hospital) -> None:
    plan = many.plan("Kế toán")
    with pytest.raises(NotConfirmedError):
        restore_confirm.demand(plan, None, on_terminal=False)
    (many.share / "Kế toán" / "hóa đơn 0").touch()
    restore_confirm.demand(many.plan(), None, on_terminal=False)


def test_progress_comes_as_lines_of_json_on_stderr_only(hospital: Hospital, tmp_path: Path) -> None:
    words = ("run", str(hospital.share / FOLDER), "--into", str(tmp_path / "new"))
    result = run(hospital, *words, "--json", "--progress", "json")
    assert json.loads(result.stdout)["proved"] is True
    lines = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    phases = {line["progress"]["phase"] for line in lines if line["progress"]["done"]}
    assert {"ask", "list", "restore", "compare", "attributes"} <= phases
    last = [line["progress"] for line in lines if line["progress"]["phase"] == "restore"][-1]
    assert (last["site"], last["files_done"], last["share"]) == ("a", last["files_total"], 1.0)


def test_what_is_damaged_everywhere_ends_with_1(own: Hospital) -> None:
    for site in ("a", "b"):
        damage(own.site(site))
    result = run(own, "run", str(own.share / FOLDER / "picture"), "--replace")
    assert result.returncode == 1, result.stderr
    assert "NOT COMPLETE" in result.stdout
    assert (own.share / FOLDER / "picture").stat().st_size == 60_000


class Hanging:
    """A restore in a process of its own whose restic never ends; `restic` is its number."""

    def __init__(self, own: Hospital, folder: Path, *words: str) -> None:
        begun = folder / "begun"
        os.mkfifo(begun)
        path = restic_whose_restore(folder / "bin", f"echo $$ > {begun}; exec sleep 60")
        script = (
            "import dataclasses, agent.daemon.work.backup.backup_job as job\n"
            "older = job.workplace_of\n"
            f"job.workplace_of = lambda home: dataclasses.replace(older(home), path='{path}')\n"
            "from agent.cli.main import main; main()"
        )
        reader = os.open(begun, os.O_RDONLY | os.O_NONBLOCK)
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *command(own, *words)[3:]],
            cwd=ROOT,
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        assert select.select([reader], [], [], 60)[0], "it never came to restoring"
        self.restic = int(os.read(reader, 100))
        os.close(reader)

    def stop(self, number: signal.Signals) -> str:
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=60)
        if number is signal.SIGKILL:
            os.kill(self.restic, number)  # nobody has told it
        return said


def test_after_ctrl_c_nothing_stays(own: Hospital, tmp_path: Path) -> None:
    hanging = Hanging(own, tmp_path, "run", str(own.share / FOLDER), "--replace")
    said = hanging.stop(signal.SIGINT)
    assert hanging.process.returncode == 130
    assert "untouched" in said
    assert (own.share / FOLDER).exists()
    assert own.left() == []


def test_after_kill_9_the_next_restore_cleans_up_and_says_so(own: Hospital, tmp_path: Path) -> None:
    live = own.share / FOLDER
    Hanging(own, tmp_path, "run", str(live), "--replace").stop(signal.SIGKILL)
    assert live.exists()
    assert own.left() != []
    result = run(own, "run", str(live / "hard"), "--into", str(tmp_path / "new"))
    assert "was cut off; nothing had been changed" in result.stderr
    assert own.left() == []


KINDS = ("check", "scan", "backup", "verify", "drill", "hold")  # all of wire.orders.Order
TRIED = ("restore", "restore run", "run", "find", "replace", "RESTORE", "drill\nrestore", "")


@pytest.mark.parametrize("kind", [*KINDS, *TRIED])
@pytest.mark.parametrize("evil", ["", "restore", "x --into /srv/share"])
def test_no_order_means_a_restore(kind: str, evil: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    words = words_of(
        Order("agent", evil or "id", 1, kind, now, now, evil, evil, evil, evil), evil or "share"
    )
    assert words[:1] != ("restore",)
    assert bool(words) is (kind in KINDS)
    assert "|".join(KINDS).replace("|", " | ") in (Order.__doc__ or "")


def test_no_job_of_the_daemon_and_no_step_of_a_playbook_restores(hospital: Hospital) -> None:
    assert all("restore" not in job.words for job in jobs_of(hospital.app))
    assert [verb for verb in Verb if "restore" in verb] == [Verb.DRILL_RESTORE]  # a sealed place


def test_only_the_command_line_loads_what_restores() -> None:
    """Neither the daemon nor what carries out orders or playbooks has the code at hand."""
    code = (
        "import sys\n"
        "from agent.daemon import service, orders, rounds, runner, jobs, children\n"
        "from agent.daemon.work import playbook_job\n"
        "print([name for name in sys.modules if 'restor' in name and name.startswith('agent.')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(ast.literal_eval(result.stdout))
    # What is read of files is asked by drills, too.
    assert loaded == {"agent.files.restored"}
