"""Starting and ending restic: what is not there, what hangs, what it leaves behind."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agent.restic import locks, reading, saving, traffic
from agent.restic.door import Job, Restic
from agent.restic.environment import PATH
from agent.restic.errors import ResticError
from agent.restic.parallel import together
from agent.restic.process import Grace
from tests.agent.restic.conftest import impostor, sources
from texts.catalogue import language, use
from wire.verdicts import Cause


def with_program(restic: Restic, tmp_path: Path, script: str) -> Restic:
    path = impostor(tmp_path / "bin", script)
    return replace(restic, workplace=replace(restic.workplace, path=path))


def cause_of(error: pytest.ExceptionInfo[ResticError]) -> Cause:
    return error.value.cause


def test_a_machine_without_restic_says_so(restic: Restic, tmp_path: Path) -> None:
    without = replace(restic, workplace=replace(restic.workplace, path=str(tmp_path)))
    with pytest.raises(ResticError) as caught:
        without.capabilities()
    assert cause_of(caught) is Cause.RESTIC_MISSING
    assert "apt install restic" in caught.value.hint


def test_the_real_restic_tells_its_version(restic: Restic) -> None:
    assert restic.capabilities().version >= "0.14"


def test_an_old_restic_is_as_good_as_none(restic: Restic, tmp_path: Path) -> None:
    old = with_program(restic, tmp_path, "echo restic 0.9.6 compiled with go1.11")
    with pytest.raises(ResticError) as caught:
        old.capabilities()
    assert cause_of(caught) is Cause.RESTIC_MISSING


def test_a_place_without_repository_is_named(restic: Restic) -> None:
    with pytest.raises(ResticError) as caught:
        reading.config(restic)
    assert cause_of(caught) is Cause.NO_REPOSITORY


def test_a_wrong_password_is_named(with_repository: Restic) -> None:
    with_repository.repository.password_file.write_text("another\n")
    with pytest.raises(ResticError) as caught:
        reading.snapshots(with_repository)
    assert cause_of(caught) is Cause.BAD_KEY


def test_a_second_init_is_refused(with_repository: Restic) -> None:
    with pytest.raises(ResticError):
        saving.init(with_repository)


def test_a_backup_without_summary_made_nothing(restic: Restic, tmp_path: Path) -> None:
    liar = with_program(restic, tmp_path, "exit 0")
    with pytest.raises(ResticError) as caught:
        saving.save(liar, sources(tmp_path))
    assert cause_of(caught) is Cause.RESTIC_FAILED


def test_an_exit_code_that_nobody_knows_is_a_failure(restic: Restic, tmp_path: Path) -> None:
    odd = with_program(restic, tmp_path, "exit 77")
    with pytest.raises(ResticError) as caught:
        reading.snapshots(odd)
    assert cause_of(caught) is Cause.RESTIC_FAILED


def test_a_snapshot_that_is_not_listed_was_not_made(
    with_repository: Restic, tmp_path: Path
) -> None:
    script = f"""
case " $* " in *" backup "*) echo '{{"message_type":"summary","snapshot_id":"0badc0de"}}' ;;
*) PATH={PATH} exec restic "$@" ;; esac"""
    liar = with_program(with_repository, tmp_path, script)
    with pytest.raises(ResticError) as caught:
        saving.save(liar, sources(tmp_path))
    assert cause_of(caught) in {Cause.NOT_READ_BACK, Cause.RESTIC_FAILED}


def test_one_that_ignores_signals_is_killed_in_the_end(restic: Restic, tmp_path: Path) -> None:
    deaf = with_program(
        restic, tmp_path, "trap '' INT TERM; echo $$ >&2; while :; do sleep 9; done"
    )
    deaf = replace(deaf, grace=Grace(interrupt_s=0.2, terminate_s=0.2))
    began = time.monotonic()
    with pytest.raises(ResticError) as caught:
        deaf.run(Job(("snapshots",), timeout_s=0.3))
    assert cause_of(caught) is Cause.SITE_UNREACHABLE
    assert time.monotonic() - began < 20
    pid = int(caught.value.says.split()[-1]) if caught.value.says.split()[-1].isdigit() else 0
    assert pid == 0 or not Path(f"/proc/{pid}").exists()


def test_what_fails_beside_stops_the_other(restic: Restic, tmp_path: Path) -> None:
    slow = with_program(restic, tmp_path, 'echo $$ > "$HOME/pid"; exec sleep 600')
    started = restic.workplace.folder / "pid"

    def fail() -> bytes:
        deadline = time.monotonic() + 30
        while not started.exists() or not started.read_text().strip():
            assert time.monotonic() < deadline
            threading.Event().wait(0.02)
        raise ResticError(Cause.DISK_FULL, site="b", verb="copy")

    with pytest.raises(ResticError) as caught:
        together(slow.stopper, [fail, lambda: slow.run(Job(("snapshots",)))])
    assert cause_of(caught) is Cause.DISK_FULL
    assert not Path(f"/proc/{started.read_text().strip()}").exists()


def test_what_is_done_beside_speaks_the_callers_language(restic: Restic) -> None:
    use("vi")
    try:
        assert together(restic.stopper, [language, language]) == ["vi", "vi"]
        heard: list[str] = []
        said = threading.Event()

        def on_bytes(_: int) -> None:
            heard.append(language())
            said.set()

        with traffic.told(lambda: 1, on_bytes):
            assert said.wait(10)
        assert set(heard) == {"vi"}
    finally:
        use("en")


def test_the_password_is_in_no_argument_and_no_variable(
    with_repository: Restic, tmp_path: Path
) -> None:
    secret = with_repository.repository.password_file.read_text().strip()
    spy = with_program(
        with_repository,
        tmp_path,
        f'tr "\\0" "\\n" < /proc/$$/cmdline > "{tmp_path}/seen"; env >> "{tmp_path}/seen";'
        f'PATH={PATH} exec restic "$@"',
    )
    reading.snapshots(spy)
    seen = (tmp_path / "seen").read_text()
    assert "snapshots" in seen
    assert secret not in seen
    with_repository.repository.password_file.write_text("wrong\n")
    with pytest.raises(ResticError) as caught:
        reading.snapshots(with_repository)
    assert secret not in str(caught.value) + repr(caught.value.parameters)


def test_the_lock_of_our_dead_child_is_removed(with_repository: Restic) -> None:
    lock_left_by(with_repository, known=True)
    assert locks.clear(with_repository, exclusive=True) == ()
    assert locks.locks(with_repository) == ()


def test_a_lock_that_is_not_provably_our_dead_childs_stays(with_repository: Restic) -> None:
    lock_left_by(with_repository, known=False)
    assert len(locks.clear(with_repository, exclusive=True)) == 1
    assert len(locks.locks(with_repository)) == 1


def lock_left_by(restic: Restic, *, known: bool) -> None:
    """A real lock on disk: restic is killed hard while it holds one; our record stays, or not."""
    with pytest.raises(ResticError):
        backup_that_is_killed(restic)
    (record,) = restic.workplace.children.iterdir()
    if not known:
        record.unlink()


def backup_that_is_killed(restic: Restic) -> None:
    with restic.started(Job(("backup", "--json", "--host", "h", "/usr"))) as talk:
        deadline = time.monotonic() + 60
        folder = Path(restic.repository.address) / "locks"
        while not any(len(lock.name) == 64 for lock in folder.iterdir()):
            assert time.monotonic() < deadline
            threading.Event().wait(0.02)
        (record,) = restic.workplace.children.iterdir()
        os.kill(int(record.name.partition("-")[0]), 9)
        talk.output.read()
        raise ResticError(Cause.CANCELLED, site="a", verb="backup")  # as when we die with it
