"""A real Samba that records, and clients with names for their files that lie."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.facts import samba
from agent.files.filesystems import mounts
from agent.host import Host
from agent.host.local import LocalHost
from agent.integrity.change import Kind
from agent.integrity.live.attribute import moment
from agent.integrity.live.fanotify import FanotifyWatcher
from agent.integrity.live.places import find_places
from agent.integrity.live.touch import Touch
from agent.integrity.who.book import ProcessBook
from agent.integrity.who.full_audit.audit import FullAudit
from agent.integrity.who.full_audit.logs import Logs
from agent.integrity.who.full_audit.settings import Settings
from agent.integrity.who.record import Who
from agent.integrity.who.samba import SambaClients
from tests.agent.integrity.who.conftest import ROOT, serving
from tests.agent.integrity.who.recording import seen
from tests.real.samba_server import OWNER, PASSWORD, USERS, Client, SambaServer, say

FIRST, SECOND = USERS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaServer | None]:
    with serving(tmp_path_factory.mktemp("samba"), recorded=True) as server:
        yield server


class Watching:
    """Guards the touches of a share, and what the record says of them."""

    def __init__(self, server: SambaServer, watcher: FanotifyWatcher, audit: FullAudit) -> None:
        self.audit = audit
        self._share = server.share
        self._watcher = watcher
        self._touches: dict[bytes, Touch] = {}

    def who(self, name: str, kind: Kind = Kind.ADDED) -> Who | None:
        """Once a touch was heard and the line of it was written."""
        path, end = os.fsencode(self._share / name), time.monotonic() + 20
        answer = None
        while time.monotonic() < end:
            self._touches.update({touch.path: touch for touch in self._watcher.read()})
            touch = self._touches.get(path)
            if touch is not None:
                one = seen(path, touch.who, kind)
                one = type(one)(one.change, one.watched, moment(touch.at_ns), None, touch.who)
                answer = self.audit.named((one,))[0].who
                if answer is not None and answer.client_user:
                    break
                end = min(end, time.monotonic() + 0.5)
            time.sleep(0.005)
        self._touches.pop(path)
        return answer


@pytest.fixture
def watching(server: SambaServer | None) -> Iterator[Watching | None]:
    if server is None:
        yield None
        return

    def facts(host: Host) -> samba.SambaFacts:
        told = host.run((*samba.COMMAND, str(server.configuration)), timeout_s=15)
        sections = samba.parse(told)
        return samba.SambaFacts(sections.pop("global"), sections)

    host = LocalHost()
    clients = SambaClients(host.run, server.status)
    audit = FullAudit(clients, Settings(host, time.monotonic, facts), Logs(host))
    with ProcessBook(clients) as book:
        watcher = FanotifyWatcher(book.at, time.time_ns, lambda _path, _pid: False)
        assert watcher.watch(find_places([os.fsencode(server.share)], mounts())) == {}
        yield Watching(server, watcher, audit)
        watcher.close()
        audit.logs.close()


def put(client: Client, name: str) -> None:
    say(client, f'put "{__file__}" "{name}"')


def logs_in_too(server: SambaServer, client: Client, share: str) -> None:
    """The second, over the same connection, to the same share."""
    say(client, f"logon {SECOND} {PASSWORD}")
    server.waits_for("sessions", 2)
    say(client, f"tcon {share}")
    server.waits_for("tcons", 2)


def test_two_over_one_connection_in_one_name_are_told_apart(
    server: SambaServer | None, watching: Watching | None
) -> None:
    if server is None or watching is None:
        assert not ROOT
        return
    with server.connected(FIRST, "forced") as client:
        put(client, "one")
        first = watching.who("one")
        logs_in_too(server, client, "forced")
        seconds = []
        for turn in range(5):
            put(client, f"two-{turn}")
            seconds.append(watching.who(f"two-{turn}"))
    assert first is not None
    assert (first.client_user, first.client_address) == (FIRST, "127.0.0.1")
    assert {who and who.client_user for who in seconds} == {SECOND}
    assert watching.audit.limits() == ()
    assert (server.share / "two-0").owner() == OWNER


def test_what_changed_hands_in_a_moment_is_still_told(
    server: SambaServer | None, watching: Watching | None
) -> None:
    """The process works in two names within a moment: the kernel alone cannot decide."""
    if server is None or watching is None:
        assert not ROOT
        return
    with server.connected(FIRST) as client:
        put(client, "mine")
        while not (server.share / "mine").exists():
            time.sleep(0.001)
        logs_in_too(server, client, "share")
        put(client, "yours")
        who = watching.who("yours")
        mine = watching.who("mine")
    assert who is not None
    assert (who.client_user, who.client_address) == (SECOND, "127.0.0.1")
    assert mine is not None
    assert mine.client_user == FIRST


def test_who_had_gone_before_samba_was_asked_is_told(
    server: SambaServer | None, watching: Watching | None
) -> None:
    if server is None or watching is None:
        assert not ROOT
        return
    with server.connected(FIRST, "forced") as client:
        put(client, "gone")
        server.waits_for("tcons", 1)
        while not (server.share / "gone").exists():
            time.sleep(0.01)
    server.waits_for_none()
    who = watching.who("gone")
    assert who is not None
    assert (who.client_user, who.client_address) == (FIRST, "127.0.0.1")


NASTY = (
    f"x|ok|{SECOND}",
    f"n\n  {OWNER}|{SECOND}|10.0.0.9|forced|1|openat|ok|w|",
    f"|{SECOND}|10.0.0.9|forced|1|openat|ok|w|",
    "e#012x",
    "[2026-11-22 12:00:10.336847,  1] ..",
)


@pytest.mark.parametrize("number", range(len(NASTY)))
def test_no_name_of_a_file_makes_somebody_else_of_a_client(
    server: SambaServer | None, watching: Watching | None, number: int
) -> None:
    """Made here, as nobody may from outside; the client finds and deletes it by its short name."""
    if server is None or watching is None:
        assert not ROOT
        return
    folder = server.share / f"nasty-{number}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    victim = folder / NASTY[number]
    victim.write_text("x")
    victim.chmod(0o666)
    with server.connected(FIRST, "forced") as client:
        say(client, f"del nasty-{number}\\*")
        end = time.monotonic() + 20
        while victim.exists() and time.monotonic() < end:
            time.sleep(0.01)
        who = watching.who(f"nasty-{number}/{NASTY[number]}", Kind.REMOVED)
    assert not victim.exists()
    assert who is None or who.client_user in {"", FIRST}


def test_the_record_of_a_real_samba_is_found(watching: Watching | None) -> None:
    if watching is None:
        assert not ROOT
        return
    assert watching.audit.limits() == ()
    recorded = watching.audit.settings.recorded
    assert {share.name: share.names for share in recorded.shares} == {
        "share": (), "forced": (OWNER,),
    }  # fmt: skip
    assert Path(recorded.own_log).name == "log"
