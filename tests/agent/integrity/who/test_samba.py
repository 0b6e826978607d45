"""Whom a Samba server works for: a real one, and what its tools print."""

import os
import pwd
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from agent.errors import UnreadableFactError
from agent.files.filesystems import mounts
from agent.host.local import LocalHost
from agent.integrity.live.fanotify import FanotifyWatcher
from agent.integrity.live.places import find_places
from agent.integrity.who import proc
from agent.integrity.who.book import ProcessBook
from agent.integrity.who.record import Who
from agent.integrity.who.samba import JSON, SambaClients
from agent.integrity.who.sessions import Session, of_json, of_table, only
from tests.agent.integrity.who.conftest import serving
from tests.real import samba_server
from tests.real.samba_server import OWNER, PASSWORD, USERS, SambaServer, say

FIRST, SECOND = USERS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaServer | None]:
    with serving(tmp_path_factory.mktemp("samba")) as server:
        yield server


Ask = Callable[[str], Who | None]


@pytest.fixture
def told(server: SambaServer | None) -> Iterator[Ask]:
    """Waits for a touch of this name in the share, and says who it was."""
    if server is None:
        yield lambda _name: None
        return
    clients = SambaClients(LocalHost().run, server.status)
    with ProcessBook(clients) as book:
        watcher = FanotifyWatcher(book.at, time.time_ns, lambda _path, _pid: False)
        assert watcher.watch(find_places([os.fsencode(server.share)], mounts())) == {}
        seen: dict[bytes, Who | None] = {}

        def ask(name: str) -> Who | None:
            path, end = os.fsencode(server.share / name), time.monotonic() + 20
            while path not in seen and time.monotonic() < end:
                watcher.nothing_before(time.time_ns() - 50_000_000)
                seen.update({touch.path: touch.who for touch in watcher.read()})
                time.sleep(0.002)
            return seen[path]

        yield ask
        watcher.close()


def uid_of(user: str) -> int:
    return pwd.getpwnam(user).pw_uid


def put(name: str) -> str:
    return f'put "{__file__}" "{name}"'


def test_two_people_over_two_connections(server: SambaServer | None, told: Ask) -> None:
    if server is None:
        assert told("nothing") is None
        return
    names = [(user, f"{user}-{turn}") for turn in range(3) for user in USERS]
    with server.connected(FIRST) as first, server.connected(SECOND) as second:
        for user, name in names:
            say(first if user == FIRST else second, put(name))
            who = told(name)
            assert who is not None
            assert (who.client_user, who.client_address) == (user, "127.0.0.1")
            assert (who.uid, who.exe) == (uid_of(user), "/usr/sbin/smbd")


def test_two_people_over_one_connection_are_not_mixed(
    server: SambaServer | None, told: Ask
) -> None:
    if server is None:
        assert told("nothing") is None
        return
    with server.connected(FIRST) as client:
        say(client, put("first"))
        first = told("first")
        say(client, f"logon {SECOND} {PASSWORD}")
        server.waits_for("sessions", 2)
        say(client, "tcon share")
        server.waits_for("tcons", 2)
        say(client, put("second"))
        second = told("second")
    assert first is not None
    assert first.client_user == FIRST
    assert second is not None
    assert (second.uid, second.client_user) == (uid_of(SECOND), SECOND)


def test_a_share_that_takes_one_name_for_all_tells_who_logged_in(
    server: SambaServer | None, told: Ask
) -> None:
    if server is None:
        assert told("nothing") is None
        return
    who: Who | None = None
    with server.connected(FIRST, "forced") as client:
        turn, end = 0, time.monotonic() + 30
        while who is None and time.monotonic() < end:
            say(client, put(f"forced-{turn}"))  # while smbd worked in two names, nobody is told
            who = told(f"forced-{turn}")
            turn += 1
    assert (server.share / "forced-0").stat().st_uid == uid_of(OWNER)
    assert who is not None
    assert (who.uid, who.client_user) == (uid_of(OWNER), FIRST)


def test_two_logins_over_one_connection_under_one_name_are_not_mixed(
    server: SambaServer | None, told: Ask
) -> None:
    if server is None:
        assert told("nothing") is None
        return
    with server.connected(FIRST, "forced") as client:
        for turn in range(50):
            say(client, put(f"before-{turn}"))
            who = told(f"before-{turn}")
            if who is not None and who.client_user:
                break
        say(client, f"logon {SECOND} {PASSWORD}")
        server.waits_for("sessions", 2)
        say(client, "tcon forced")
        server.waits_for("tcons", 2)
        for turn in range(10):
            say(client, put(f"after-{turn}"))
            who = told(f"after-{turn}")
            assert who is None or who.client_user in {"", SECOND}


def test_what_root_does_beside_samba_has_no_client(server: SambaServer | None, told: Ask) -> None:
    if server is None:
        assert told("nothing") is None
        return
    (server.share / "by-root").write_text("x")
    who = told("by-root")
    assert who is not None
    assert (who.uid, who.client_user, who.client_address) == (0, "", "")


OLDER = """
Samba version 4.13.13-Debian
PID     Username     Group        Machine                                   Protocol Version  Encryption           Signing
----------------------------------------------------------------------------------------------------------------------------------------
2236    www-data     www-data     127.0.0.1 (ipv4:127.0.0.1:53378)          SMB3_11           -                    partial(AES-128-CMAC)
1:2237  backup       backup       pc-7 (ipv6:fe80::7:50000)                 SMB3_11           -                    -
2238    no-such-user users        pc-8 (ipv4:10.0.0.8:50000)                SMB3_11           -                    -
"""  # noqa: E501 - as it is printed
NEWER = (
    '{"version": "4.17.12-Debian", "sessions": {"7": {"server_id": {"pid": "2236"}, "uid": 33,'
    ' "username": "www-data", "hostname": "ipv4:127.0.0.1:53378"}}}'
)


def test_what_an_older_samba_prints() -> None:
    assert of_table(OLDER) == [
        Session(2236, uid_of(FIRST), FIRST, "127.0.0.1"),
        Session(2237, uid_of(SECOND), SECOND, "fe80::7"),
    ]


def test_what_a_newer_samba_prints() -> None:
    assert of_json(NEWER) == [Session(2236, 33, "www-data", "127.0.0.1")]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"sessions": []}', "smbstatus: no such option"])
def test_what_is_no_answer_is_no_empty_answer(text: str) -> None:
    with pytest.raises(UnreadableFactError):
        of_json(text)


def test_more_than_one_is_nobody_in_particular() -> None:
    one, other = Session(1, 33, "a", "10.0.0.1"), Session(1, 34, "b", "10.0.0.1")
    assert only([one, one]) == one
    assert only([one, other]) is None
    assert only([]) is None


class Samba:
    """Prints what the test wants; counts how often it was asked."""

    def __init__(self, sessions: Sequence[tuple[int, str]], *, json: bool = True) -> None:
        self.sessions = sessions
        self.json = json
        self.fails = ""
        self.asked = 0
        self.now_ns = 10**18

    def __call__(self, argv: Sequence[str], timeout_s: float) -> str:
        del timeout_s
        self.asked += 1
        if self.fails or (JSON in argv and not self.json):
            raise UnreadableFactError("smbstatus", self.fails or "failed")
        if not self.json:
            return "".join(
                f"{os.getpid()}  {pwd.getpwuid(uid).pw_name}  g  pc (ipv4:10.0.0.7:9)  SMB3\n"
                for uid, _ in self.sessions
            )
        logins = ", ".join(
            f'"{number}": {{"server_id": {{"pid": "{os.getpid()}"}}, "uid": {uid}, '
            f'"username": "{user}", "hostname": "ipv4:10.0.0.7:9"}}'
            for number, (uid, user) in enumerate(self.sessions)
        )
        return f'{{"sessions": {{{logins}}}}}'

    def named(self, clients: SambaClients, uid: int) -> tuple[str, str]:
        """For a touch by an smbd that is this very process."""
        found = proc.found(os.getpid())
        assert found is not None
        who = Who(uid=uid, login_uid=None, pid=os.getpid(), exe="/usr/sbin/smbd")
        who = clients.named(who, found.born_ns)
        return who.client_user, who.client_address


def clients_of(samba: Samba) -> SambaClients:
    return SambaClients(samba, clock=lambda: samba.now_ns)


def test_samba_is_asked_once_for_a_connection() -> None:
    samba = Samba([(33, "www-data")])
    clients = clients_of(samba)
    assert {samba.named(clients, 33) for _ in range(100)} == {("www-data", "10.0.0.7")}
    assert samba.asked == 1


def test_an_older_samba_is_asked_in_its_own_way() -> None:
    samba = Samba([(33, "")], json=False)
    clients = clients_of(samba)
    assert samba.named(clients, 33) == ("www-data", "10.0.0.7")
    samba.now_ns += 10**9
    samba.named(clients, 34)
    assert samba.asked == 3  # not a second time in the new way


def test_who_came_since_is_not_taken_for_who_was_there_before() -> None:
    samba = Samba([(33, "www-data")])
    clients = clients_of(samba)
    samba.named(clients, 33)
    samba.sessions = [(33, "www-data"), (34, "backup")]
    assert samba.named(clients, 34) == ("backup", "10.0.0.7")
    assert samba.named(clients, 0) == ("", "10.0.0.7")  # whoever it was, it came from there


def test_whom_samba_does_not_know_is_not_asked_for_again_and_again() -> None:
    samba = Samba([(33, "www-data"), (34, "backup")])
    clients = clients_of(samba)
    for _ in range(20):
        samba.now_ns += 10**8
        assert samba.named(clients, 0) == ("", "10.0.0.7")
    assert samba.asked == 1


def test_the_only_login_counts_for_another_name_only_when_asked_just_now() -> None:
    """`force user`: smbd works as 5 for whoever logged in as 33, and the next in the same name."""
    samba = Samba([(33, "www-data")])
    clients = clients_of(samba)
    assert samba.named(clients, 5) == ("www-data", "10.0.0.7")
    samba.sessions = [(33, "www-data"), (34, "backup")]
    assert samba.named(clients, 5) == ("", "10.0.0.7")
    samba.now_ns += 10**9
    assert samba.named(clients, 5) == ("", "10.0.0.7")


def test_samba_is_not_asked_more_than_ten_times_a_second() -> None:
    samba = Samba([(33, "www-data"), (34, "backup")])
    clients = clients_of(samba)
    for uid in range(1000, 1100):
        samba.named(clients, uid)
    assert samba.asked == 10
    samba.now_ns += 10**9
    assert samba.named(clients, 34) == ("backup", "10.0.0.7")


def test_what_samba_said_of_another_process_with_this_number_does_not_count() -> None:
    samba = Samba([(33, "www-data")])
    clients = clients_of(samba)
    who = Who(uid=33, login_uid=None, pid=os.getpid(), exe="/usr/sbin/smbd")
    assert clients.named(who, samba.now_ns - 1) == who


def test_nor_of_its_address_or_its_logins() -> None:
    """Asked for one process; the number is another's by the time of the next change."""
    samba = Samba([(33, "www-data")])
    clients = clients_of(samba)
    assert samba.named(clients, 33) == ("www-data", "10.0.0.7")
    who = Who(uid=33, login_uid=None, pid=os.getpid(), exe="/usr/sbin/smbd")
    samba.fails = "timeout"
    born_later_ns = samba.now_ns + 1
    for uid in (33, 34):
        later = msgspec.structs.replace(who, uid=uid)
        assert clients.named(later, born_later_ns) == later
        assert clients.sessions(later) == ()


def test_the_logins_of_a_process_are_asked_for_again() -> None:
    samba = Samba([(33, "www-data")])
    clients = clients_of(samba)
    who = Who(uid=5, login_uid=None, pid=os.getpid(), exe="/usr/sbin/smbd")
    assert clients.sessions(who) == ()  # never heard of
    samba.named(clients, 5)
    samba.sessions = [(33, "www-data"), (34, "backup")]
    samba.now_ns += 10**9
    assert {session.user for session in clients.sessions(who)} == {"www-data", "backup"}


def test_only_sambas_doubts_are_kept() -> None:
    clients = clients_of(Samba([]))
    shell = Who(uid=33, login_uid=None, pid=1, exe="/usr/bin/bash")
    smbd = msgspec.structs.replace(shell, exe="/usr/sbin/smbd")
    clients.doubts(100, (shell, smbd))
    clients.doubts(200, (smbd,))
    assert clients.doubted(0, 150) == ()
    assert clients.doubted(150, 250) == (smbd,)


def test_a_samba_that_does_not_answer_holds_nobody_up() -> None:
    samba = Samba([])
    samba.fails = "timeout"
    clients = clients_of(samba)
    assert samba.named(clients, 33) == ("", "")
    samba.fails, samba.sessions = "", [(33, "www-data")]
    assert samba.named(clients, 33) == ("", "")
    assert samba.asked == 1
    samba.now_ns += 61 * 10**9
    assert samba.named(clients, 33) == ("www-data", "10.0.0.7")


def test_only_sambas_own_program_is_asked_about(tmp_path: Path) -> None:
    samba = Samba([(33, "www-data")])
    who = Who(uid=33, login_uid=None, pid=os.getpid(), exe=str(tmp_path / "smbd"))
    assert clients_of(samba).named(who, 0) is who
    assert samba.asked == 0


def test_the_servers_password_stands_in_no_argument() -> None:
    assert PASSWORD not in samba_server._CONFIGURATION  # noqa: SLF001
