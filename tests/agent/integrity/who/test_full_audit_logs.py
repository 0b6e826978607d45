"""Where Samba's record lies and how it is read: as rsyslog, journald and smbd really write it."""

import os
import time
from pathlib import Path

import msgspec
import pytest

from agent.errors import UnreadableFactError
from agent.integrity.who.full_audit import tails
from agent.integrity.who.full_audit.index import MOST_DEEDS, Index
from agent.integrity.who.full_audit.lines import Line, of_journal, of_own, of_syslog
from agent.integrity.who.full_audit.logs import Logs
from agent.integrity.who.full_audit.places import of_rsyslog, of_samba
from agent.integrity.who.full_audit.prefix import prefix_of
from agent.integrity.who.full_audit.shares import recorded_of
from agent.integrity.who.full_audit.sources import OwnLogs, SyslogFiles
from agent.integrity.who.full_audit.tails import Tail
from agent.integrity.who.record import Who
from agent.integrity.who.sessions import PROGRAMS
from tests.agent.integrity.who.conftest import ROOT
from tests.agent.integrity.who.recording import (
    AT_NS,
    SMBD,
    Journal,
    Logins,
    audit_of,
    facts_of,
    seen,
)

S = 10**9
MESSAGE = b"chung|an|10.0.0.9|share|openat|ok|w|/srv/share/a.odt"
ISO = b"2026-11-22T12:00:10.172426+00:00 vm smbd_audit: " + MESSAGE
OWN = (
    b"[2026/11/22 12:00:10.336847,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)",
    b"  " + MESSAGE,
)
HEAD_OF_OTHERS = b"[2026/11/22 12:00:10.336847,  0] ../../source3/smbd/server.c:1741(main)"


@pytest.fixture(autouse=True)
def _in_greenwich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def by_syslog(*lines: bytes) -> list[Line]:
    return list(of_syslog(lines, AT_NS / S, b"vm.province.vn"))


def test_a_line_of_rsyslogs_is_known_to_the_second_or_better() -> None:
    exact, old = by_syslog(ISO, b"Nov 22 12:00:10 vm smbd_audit: " + MESSAGE)
    assert (exact.from_ns, exact.until_ns) == (AT_NS + 172_426_000, AT_NS + 172_426_000)
    assert (old.from_ns, old.until_ns) == (AT_NS, AT_NS + S)
    assert {exact.message, old.message} == {MESSAGE}
    assert {exact.vouched, old.vouched} == {False}


def test_a_line_of_last_year_is_of_last_year() -> None:
    (line,) = by_syslog(b"Dec 31 23:59:59 vm smbd_audit[77]: " + MESSAGE)
    assert time.gmtime(line.from_ns // S)[:6] == (2025, 12, 31, 23, 59, 59)
    assert line.pid == 77


@pytest.mark.parametrize(
    "line",
    [
        b"",
        ISO.replace(b" vm ", b" other "),
        ISO.replace(b"smbd_audit", b"logger"),
        b" " + ISO,
        ISO.replace(b"2026-11-22", b"2026-99-22"),
        ISO.replace(b"a.odt", b"n#012l"),
        ISO.replace(b"a.odt", b"a" * 1000),
        b"Nov 22 12:00:10 vm mallory: Nov 22 12:00:10 vm smbd_audit: " + MESSAGE,
        b"Xyz 22 12:00:10 vm smbd_audit: " + MESSAGE,
    ],
)
def test_what_is_no_whole_line_of_this_hosts_samba_is_left_out(line: bytes) -> None:
    assert by_syslog(line) == []


def test_sambas_own_log() -> None:
    head = OWN[0].replace(b"  1]", b"  1, pid=77, effective(0, 0), real(0, 0)]")
    first, second = of_own([HEAD_OF_OTHERS, b"  smbd version", *OWN, head, OWN[1]], vouched=True)
    assert (first.from_ns, first.message) == (AT_NS + 336_847_000, MESSAGE)
    assert (first.pid, second.pid) == (None, 77)


@pytest.mark.parametrize(
    "lines",
    [
        (HEAD_OF_OTHERS, b"  " + MESSAGE),
        (OWN[0], b"  chung|binh|10.0.0.9|share|openat|ok|w|/q", b"  " + MESSAGE),
        (OWN[0], b"  q", b"  " + OWN[0], b"  " + MESSAGE),
        (OWN[0],),
        (b"  " + MESSAGE,),
        (OWN[0].replace(b"vfs_full_audit.c", b"service.c"), b"  " + MESSAGE),
    ],
)
def test_a_name_with_a_line_end_in_it_makes_no_line(lines: tuple[bytes, ...]) -> None:
    assert list(of_own(lines, vouched=True)) == []


@pytest.mark.parametrize("text", ["{", "[]\n", '{"MESSAGE": {}}\n'])
def test_what_journald_does_not_write_is_no_empty_answer(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        of_journal(text, PROGRAMS)


RSYSLOG = """
# *.*  /var/log/not-this
*.*;auth,authpriv.none  -/var/log/syslog
auth.*                  /var/log/auth.log
local5.*                /var/log/samba/audit.log
kern,local5.info        -/var/log/mixed.log
*.*;local5.none         /var/log/others.log
mail.err                /var/log/mail.err
if $programname == 'smbd_audit' then /var/log/samba/by-name.log
if $programname == 'smbd_audit' then { action(type="omfile" file="/var/log/samba/action.log") }
*.* @loghost
"""


def test_which_files_rsyslog_can_write_it_into() -> None:
    assert set(of_rsyslog(RSYSLOG, "local5")) == {
        "/var/log/syslog", "/var/log/messages", "/var/log/samba/audit.log", "/var/log/mixed.log",
        "/var/log/samba/by-name.log", "/var/log/samba/action.log",
    }  # fmt: skip


def test_sambas_own_file_may_be_one_for_each_client() -> None:
    assert of_samba("/var/log/samba/log.%m", "1") == "/var/log/samba/log.*"
    assert of_samba("/x", "1 full_audit:1@/var/log/samba/audit") == "/var/log/samba/audit"
    assert of_samba("", "1") == "/var/log/samba/log.smbd"


def test_only_what_is_new_is_read_and_a_half_line_waits(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\ntw")
    tail = Tail(log)
    assert tail.read().lines == (b"one",)
    with log.open("ab") as more:
        more.write(b"o\nthree\n")
    assert tail.read().lines == (b"two", b"three")
    assert tail.read().lines == ()
    tail.close()


def test_a_log_is_followed_when_it_rotates(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n")
    tail = Tail(log)
    tail.read()
    with log.open("ab") as more:
        more.write(b"two\n")
    log.rename(tmp_path / "log.1")
    log.write_bytes(b"three\n")
    assert tail.read().lines == (b"two", b"three")
    log.write_bytes(b"4\n")  # emptied in place
    added = tail.read()
    assert (added.lines, added.skipped) == ((b"4",), True)
    tail.close()


def test_of_a_log_without_end_only_the_end_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "_AT_ONCE", 64)
    monkeypatch.setattr(tails, "_MOST", 256)
    log = tmp_path / "log"
    log.write_bytes(b"x" * 100 + b"\nlast\n")
    tail = Tail(log)
    added = tail.read()
    assert (added.lines, added.skipped) == ((b"last",), True)
    with log.open("ab") as more:
        more.write(b"y" * 300 + b"\nnewest\n")
    added = tail.read()
    assert (added.lines, added.skipped) == ((b"newest",), True)
    tail.close()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o620, 0o602])
def test_a_log_that_others_may_write_is_not_vouched_for(tmp_path: Path, mode: int) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n")
    log.chmod(mode)
    tail = Tail(log)
    assert tail.read().vouched == (ROOT and not mode & 0o022)
    tail.close()


def test_a_link_or_a_pipe_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"one\n")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "none"):
        with pytest.raises(OSError, match=r".+"):
            Tail(tmp_path / name).read()
    heard = SyslogFiles([str(tmp_path / "none")]).read(0)
    assert (heard.lines, heard.trouble) == ((), "missing")


def test_each_clients_log_is_read_and_none_is_kept_open_for_ever(tmp_path: Path) -> None:
    logs = OwnLogs(str(tmp_path / "log.*"))
    for number in range(100):
        (tmp_path / f"log.pc{number}").write_bytes(b"\n".join(OWN) + b"\n")
    opened = descriptors()
    assert len(logs.read(0).lines) == 64
    assert descriptors() == opened + 64
    assert logs.read(time.time_ns() + 3600 * S).lines == ()
    assert descriptors() == opened


def test_not_more_is_remembered_than_a_bound() -> None:
    index, prefix = Index(), prefix_of("%u|%U|%I|%S")
    lines = [
        Line(AT_NS, AT_NS, 1, vouched=True, message=MESSAGE + str(number).encode())
        for number in range(MOST_DEEDS + 100)
    ]
    index.takes(lines, [prefix, prefix])
    assert len(index) == MOST_DEEDS
    assert not list(index.of(b"/srv/share/a.odt99"))
    assert list(index.of(b"/srv/share/a.odt100"))


@pytest.fixture
def syslog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What rsyslog writes here, and no journald."""
    log = tmp_path / "syslog"
    monkeypatch.setattr("socket.gethostname", lambda: "vm")
    monkeypatch.setattr(Logs, "_rsyslogs", lambda _self, _facilities: SyslogFiles([str(log)]))
    log.write_bytes(ISO + b"\n")
    return log


class Closed(Journal):
    """rsyslog's settings are there, and may not be read."""

    def listing(self, path: str) -> tuple[str, ...]:
        raise UnreadableFactError(path, "denied")


def test_that_nobody_knows_where_it_is_written_stays_said(tmp_path: Path) -> None:
    audit = audit_of(Closed(), Logins(("binh",)), beside=tmp_path / "none")
    for _ in range(2):
        (answer,) = audit.named((seen(b"/srv/share/a.odt", SMBD),))
        assert answer.who == SMBD
        (limit,) = audit.limits()
        assert limit.parameters["reason"] == "Permission denied"


def told(syslog: Path, users: tuple[str, ...], who: Who = SMBD) -> tuple[str, str]:
    audit = audit_of(Journal(), Logins(users), beside=syslog.parent / "none")
    (answer,) = audit.named((seen(b"/srv/share/a.odt", who),))
    assert answer.who is not None
    return answer.who.client_user, answer.who.client_address


def test_what_anybody_can_have_logged_needs_samba_or_the_kernel_to_say_the_same(
    syslog: Path,
) -> None:
    assert told(syslog, ()) == ("", "")
    assert told(syslog, ("binh",)) == ("", "")
    assert told(syslog, ("binh", "an")) == ("an", "")


def test_nobody_is_guessed_where_a_forged_line_says_somebody_else(syslog: Path) -> None:
    syslog.write_bytes(ISO + b"\n" + ISO.replace(b"|an|", b"|binh|") + b"\n")
    assert told(syslog, ("binh", "an")) == ("", "")


def test_nor_where_samba_said_somebody_else_of_the_connection(syslog: Path) -> None:
    guessed = msgspec.structs.replace(SMBD, client_user="binh", client_address="10.0.0.7")
    assert told(syslog, ("binh", "an"), guessed) == ("", "10.0.0.7")


def test_the_log_level_that_keeps_the_own_log_empty_is_found() -> None:
    own = {"full_audit:syslog": "no"}
    for level, written in (("0", False), ("1", True), ("0 vfs:2", True), ("0 auth:5", False)):
        recorded = recorded_of(facts_of(share=own, log_level=level))
        assert bool(recorded.shares) == written
