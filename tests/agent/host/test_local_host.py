"""The real door against real files and real programs."""

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from agent.config.home import home_at
from agent.errors import UnreadableFactError
from agent.host import LocalHost, list_if_present, present, read_if_present, reason_of_failure


def reason_of(call: object, *arguments: object) -> str:
    with pytest.raises(UnreadableFactError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.reason


def test_a_program_answers_with_a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LACHAN_SECRET", "never-passed-on")
    said = LocalHost().run(("env",), 5)
    assert "LC_ALL=C" in said
    assert "never-passed-on" not in said


def test_a_program_has_nothing_to_read() -> None:
    assert LocalHost().run(("cat",), 5) == ""


def test_a_program_that_is_not_there_is_missing() -> None:
    assert reason_of(LocalHost().run, ("lachan-no-such-program",), 5) == "missing"


def test_a_program_that_fails_is_no_answer() -> None:
    assert reason_of(LocalHost().run, ("false",), 5) == "failed"


def test_an_accepted_exit_code_is_an_answer() -> None:
    assert LocalHost().run(("false",), 5, accept=(0, 1)) == ""


def test_a_program_that_hangs_is_stopped_with_its_children() -> None:
    assert reason_of(LocalHost().run, ("sh", "-c", "sleep 60 & sleep 60"), 0.3) == "timeout"


def test_a_program_that_says_too_much_is_stopped() -> None:
    assert reason_of(LocalHost().run, ("yes",), 30) == "too_large"


def test_programs_are_refused_for_another_machine_s_files(tmp_path: Path) -> None:
    assert reason_of(LocalHost(tmp_path).run, ("true",), 5) == "other_root"


def test_files_are_read_below_the_root_even_through_links(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/real").write_text("inside")
    (tmp_path / "etc/absolute").symlink_to("/etc/real")
    (tmp_path / "etc/up").symlink_to("../../../../etc/real")
    host = LocalHost(tmp_path)
    assert host.read("/etc/absolute") == host.read("/etc/up") == "inside"
    assert host.lstat("/etc/absolute").kind == "link"
    assert host.listing("/etc") == ("absolute", "real", "up")


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert reason_of(LocalHost(tmp_path).read, "/a") == "failed"


def test_what_is_missing_is_told_from_what_cannot_be_read(tmp_path: Path) -> None:
    host = LocalHost(tmp_path)
    assert read_if_present(host, "/none") is None
    assert not present(host, "/none")
    assert list_if_present(host, "/none") == ()
    (tmp_path / "folder").mkdir()
    assert reason_of(host.read, "/folder") == "not_a_file"
    assert reason_of(read_if_present, host, "/folder") == "not_a_file"


@pytest.mark.parametrize("path", ["/proc/sys/kernel/ostype", "/sys/module", "/run/x", "/var/run/x"])
def test_what_only_a_running_system_says_is_not_taken_from_a_mounted_one(
    tmp_path: Path, path: str
) -> None:
    """A rescue system binds its own /proc, /sys and /run there: they speak about the wrong one."""
    for folder in ("proc/sys/kernel", "sys/module", "run", "var"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/ostype").write_text("Linux\n")
    (tmp_path / "run/x").write_text("x")
    (tmp_path / "var/run").symlink_to("/run")
    host = LocalHost(tmp_path)
    for ask in (host.read, host.listing, host.lstat):
        assert reason_of(ask, path) == "other_root"
    assert reason_of(host.lstat, "/proc") == "other_root"


def test_a_system_that_rests_has_no_drop_ins_below_run(tmp_path: Path) -> None:
    assert list_if_present(LocalHost(tmp_path), "/run/sysctl.d") == ()
    assert read_if_present(LocalHost(tmp_path), "/run/systemd/journald.conf.d/a.conf") is None


def test_a_root_that_is_itself_a_link_is_followed_once(tmp_path: Path) -> None:
    (tmp_path / "real/etc").mkdir(parents=True)
    (tmp_path / "real/etc/a").write_text("inside")
    (tmp_path / "root").symlink_to("real")
    assert LocalHost(tmp_path / "root").read("/etc/a") == "inside"


def test_a_pipe_and_a_device_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert reason_of(LocalHost(tmp_path).read, "/pipe") == "not_a_file"
    assert reason_of(LocalHost().read, "/dev/zero") == "not_a_file"
    assert reason_of(LocalHost().read, "/dev/tty") in {"not_a_file", "failed"}


def test_a_link_to_dev_null_is_an_empty_file(tmp_path: Path) -> None:
    """So are drop-ins switched off; sysctl.d(5)."""
    (tmp_path / "off.conf").symlink_to("/dev/null")
    assert LocalHost().read(str(tmp_path / "off.conf")) == ""


def test_a_file_with_nul_bytes_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"PermitRootLogin no\0\n")
    assert reason_of(LocalHost(tmp_path).read, "/file") == "unparsable"


def test_a_name_with_a_nul_byte_is_unreadable_and_not_missing() -> None:
    for ask in (LocalHost().read, LocalHost().listing, LocalHost().lstat):
        assert reason_of(ask, "/etc/\0") == "failed"


def test_a_file_that_is_too_large_is_not_read_in_part(tmp_path: Path) -> None:
    (tmp_path / "large").write_text("x" * 101)
    with pytest.raises(UnreadableFactError) as caught:
        LocalHost(tmp_path).read("/large", limit_bytes=100)
    assert caught.value.reason == "too_large"


def test_lstat_tells_the_permission_bits(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("12345")
    file.chmod(0o640)
    status = LocalHost(tmp_path).lstat("/file")
    assert (status.kind, status.mode, status.size_bytes) == ("file", 0o640, 5)


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("iptables: Permission denied (you must be root)", "denied"),
        ("System has not been booted with systemd as init system", "no_systemd"),
        ("segmentation fault", "failed"),
    ],
)
def test_a_complaint_gives_its_reason(complaint: str, reason: str) -> None:
    assert reason_of_failure(complaint) == reason


def test_a_setting_of_the_running_kernel_is_read() -> None:
    assert LocalHost().read("/proc/sys/kernel/ostype") == "Linux\n"


def test_the_agent_s_own_folders_are_those_of_its_home(tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_text("facility: X\n")
    host = LocalHost(home=home_at(tmp_path))
    assert host.read("/etc/lachan/agent.yaml") == "facility: X\n"
    with pytest.raises(UnreadableFactError) as caught:
        host.read("/var/lib/lachan/integrity.sqlite")
    assert caught.value.reason == "missing"


def test_an_own_database_is_asked_and_cannot_be_changed(tmp_path: Path) -> None:
    file = tmp_path / "own.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        connection.execute("INSERT INTO t VALUES (1, 'x')")
        connection.commit()
    host = LocalHost(tmp_path)
    assert host.rows("/own.sqlite", "SELECT a, b FROM t") == (("1", "x"),)
    with pytest.raises(UnreadableFactError) as caught:
        host.rows("/own.sqlite", "DELETE FROM t")
    assert caught.value.reason == "failed"


def test_an_own_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFactError) as caught:
        LocalHost(tmp_path).rows("/own.sqlite", "SELECT 1")
    assert (caught.value.reason, list(tmp_path.iterdir())) == ("missing", [])
