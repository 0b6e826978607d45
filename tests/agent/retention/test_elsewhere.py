"""An append-only site: the maintenance host removes there, and the protected server knows why."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from agent.backup.naming import CLEARANCE, TAKEN
from agent.backup.records.records import open_records
from agent.backup.retention import clearance, freeing, notes, taken
from agent.backup.retention.clearance import Clearance
from agent.backup.retention.notes import Desk
from agent.backup.retention.retaining import Retained, account
from agent.backup.retention.taken import Taken, Trust
from agent.backup.verification.rotation import everything
from agent.backup.verification.verifying import verify
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.people import Person
from agent.daemon.status.keeping import keeping_items
from agent.daemon.work.backup import backup_job, holding_job, retention_job, verify_job
from agent.daemon.work.backup.retention_job import Wish
from agent.restic.door import Job
from agent.restic.errors import ResticError
from agent.restic.roles import Role
from demo import ssh_site
from demo.ssh_site import SshSite
from recovery.retention_leave import Obstacle
from tests.agent.retention.conftest import NOW, Facility
from wire.keys import SigningKey
from wire.verdicts import Cause, CheckVerdict

OURS, STRANGERS = SigningKey.from_bytes(b"m" * 32), SigningKey.from_bytes(b"x" * 32)
TRUST = Trust(OURS.public, frozenset())
PROTECTED = """facility: GL-BVDK
datasets: [{{name: share, paths: [{folder}/share], schedule: "0 4,16 * * *", rpo: 24h}}]
sites:
  - {{name: a, kind: append_only_ssh, held_by: hosted, user: {site.user}, host: {site.host},
     port: {site.port}, key_file: {site.key_file}, known_hosts_file: {site.known_hosts_file},
     maintained_by: "{key}"}}
  - {{name: b, kind: local, path: {folder}/b, held_by: owned}}
"""
MAINTAINING = """facility: GL-BVDK
sites:
  - {{name: a, kind: append_only_ssh, held_by: hosted, user: {site.user}, host: {site.host},
     port: {site.port}, known_hosts_file: {site.known_hosts_file},
     maintenance: {{key_file: {site.folder}/maintenance_key, datasets: [{{name: share}}]}}}}
"""


@dataclass(frozen=True)
class TwoHosts:
    """The protected server, its append-only site, the maintenance host."""

    protected: Facility
    maintaining: App

    def at_protected(self) -> Retained:
        (found,) = retention_job.run(self.protected.app, Wish("a"))
        return found

    def at_maintaining(self) -> Retained:
        (found,) = retention_job.run(self.maintaining, Wish())
        return found


@pytest.fixture
def two_hosts(facility: Facility) -> Iterator[TwoHosts]:
    facility.clock.at = datetime.now(UTC)  # restic itself dates the notes
    site = ssh_site.write(facility.folder / "sshd", facility.folder / "a")
    let_maintenance_in(site)
    process = ssh_site.start(site)
    try:
        with opened(facility, site) as both:
            yield both
    finally:
        ssh_site.stop(process)


@contextmanager
def opened(facility: Facility, site: SshSite) -> Iterator[TwoHosts]:
    home = home_at(facility.folder / "maintenance")
    home.agent_yaml.parent.mkdir(mode=0o700)
    home.agent_yaml.write_text(MAINTAINING.format(site=site))
    home.secrets.mkdir(mode=0o700)
    shutil.copy2(facility.app.home.secrets / "restic-a.password", home.secrets)
    with closing(open_app(home, clock=facility.clock)) as maintaining:
        with closing(open_records(home, facility.clock)) as records:
            records.arrivals("a").see({}, NOW - timedelta(days=30))
        key = maintaining.identity.key.public.to_base64()
        text = PROTECTED.format(folder=facility.folder, site=site, key=key)
        facility.app.home.agent_yaml.write_text(text)
        with closing(open_app(facility.app.home, clock=facility.clock)) as protected:
            yield TwoHosts(replace(facility, app=protected), maintaining)


def let_maintenance_in(site: SshSite) -> None:
    """The line of docs/site-b.md."""
    key = site.folder / "maintenance_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    at_work = f"{site.repository}.janitor/maintenance"
    Path(at_work).parent.mkdir()
    serve = f"rclone serve restic --stdio {site.repository}"
    command = f"touch {at_work}; exec flock {at_work} {serve}"
    line = f'command="{command}",restrict {key.with_suffix(".pub").read_text()}'
    with (site.folder / "authorized_keys").open("a") as file:
        file.write(line)


def test_the_maintenance_host_removes_what_the_server_lets_go_and_nothing_is_called_lost(
    two_hosts: TwoHosts,
) -> None:
    protected, records = two_hosts.protected, two_hosts.protected.records
    silent = two_hosts.at_maintaining()
    assert (silent.obstacles, silent.removed) == ((Obstacle.NO_CLEARANCE,), ())
    spoken = two_hosts.at_protected()
    assert (spoken.cause, spoken.obstacles) == (None, ())
    verify_job.run(protected.app, site="a", everything=True)
    found = two_hosts.at_maintaining()
    assert (found.cause, found.obstacles, found.freed) == (None, (), True)
    assert len(found.removed) == 3
    verified, _ = verify_job.run(protected.app, site="a", everything=True)
    assert [one.cause for one in verified] == [None]
    assert (records.damage("a"), records.losses("a").standing()) == (None, 0)
    assert not set(found.removed) & {point.snapshot for point in records.points("", "a")}
    assert records.newest_point("share", "a") is not None


def words(two_hosts: TwoHosts) -> int:
    """How often the protected server has spoken."""
    return len([one for one in two_hosts.protected.listed("a") if one.tags == (CLEARANCE,)])


def test_a_hold_reaches_the_maintenance_host_at_once(two_hosts: TwoHosts) -> None:
    app = two_hosts.protected.app
    assert two_hosts.at_protected().obstacles == ()
    holding_job.place(app, Person(1001), "lạ")
    assert holding_job.spread(app) == ()
    found = two_hosts.at_maintaining()
    assert (found.obstacles, found.removed) == ((Obstacle.HELD,), ())
    before = words(two_hosts)
    assert holding_job.spread(app) == ()
    assert words(two_hosts) == before


def test_damage_that_a_verification_stands_before_reaches_it_at_once(two_hosts: TwoHosts) -> None:
    protected = two_hosts.protected
    assert two_hosts.at_protected().obstacles == ()
    protected.records.damaged("b", Cause.SNAPSHOTS_VANISHED, protected.clock.now())
    verify_job.run(protected.app, site="a")
    assert Obstacle.VANISHED in two_hosts.at_maintaining().obstacles


def test_a_run_over_a_spoiled_source_reaches_it_at_once(two_hosts: TwoHosts) -> None:
    protected = two_hosts.protected
    assert two_hosts.at_protected().obstacles == ()
    shutil.rmtree(protected.folder / "share")
    backup_job.run_all(protected.app)
    assert Obstacle.SOURCE in two_hosts.at_maintaining().obstacles


def test_a_site_that_cannot_be_told_is_named_and_told_by_the_next_job(two_hosts: TwoHosts) -> None:
    app, folder = two_hosts.protected.app, two_hosts.protected.folder
    assert two_hosts.at_protected().obstacles == ()
    holding_job.place(app, Person(1001), "")
    (folder / "a").rename(folder / "away")
    assert holding_job.spread(app) == ("a",)
    (folder / "away").rename(folder / "a")
    assert holding_job.spread(app) == ()
    assert two_hosts.at_maintaining().obstacles == (Obstacle.HELD,)


def test_the_servers_own_key_takes_nothing_away(two_hosts: TwoHosts) -> None:
    victim = two_hosts.protected.points("a")["3b"].id
    with pytest.raises(ResticError) as refused:
        two_hosts.protected.restic("a").run(Job(("forget", victim)))
    assert refused.value.cause is Cause.APPEND_ONLY_REFUSED


def test_where_nobody_may_remove_that_is_said(two_hosts: TwoHosts) -> None:
    home = two_hosts.protected.app.home
    text = home.agent_yaml.read_text()
    home.agent_yaml.write_text(re.sub(r",\s*maintained_by: \"[^\"]*\"", "", text))
    with closing(open_app(home, clock=two_hosts.protected.clock)) as app:
        (found,) = retention_job.run(app, Wish("a"))
    assert (found.cause, found.obstacles) == (None, (Obstacle.NOBODY,))
    assert not [one for one in two_hosts.protected.listed("a") if one.tags == (CLEARANCE,)]


def leave_note(facility: Facility, key: SigningKey, note: Taken) -> None:
    taken.leave(facility.restic("a"), Desk(facility.folder / "desk", "m"), key, note)


def take_in(facility: Facility) -> tuple[str, ...]:
    """What is lost after the notes were read."""
    listed = facility.listed("a")
    restic = facility.restic("a", Role.AGENT)
    taken.take_in(restic, listed, facility.records, TRUST, NOW)
    return account(facility.records, "a", listed, NOW)


def vanish(facility: Facility, *names: str) -> tuple[str, ...]:
    points = facility.points("a")
    ids = tuple(points[name].id for name in names)
    facility.restic("a").run(Job(("forget", *ids)))
    return ids


def repository_of(facility: Facility) -> str:
    known = facility.records.repository("a")
    assert known is not None
    return known.repository


def test_what_a_note_of_the_maintenance_host_names_is_no_loss(facility: Facility) -> None:
    gone = vanish(facility, "3b", "2b")
    leave_note(facility, OURS, Taken(repository_of(facility), NOW, gone))
    assert take_in(facility) == ()
    assert facility.records.damage("a") is None


def test_what_no_note_names_is_a_loss(facility: Facility) -> None:
    gone = vanish(facility, "3b", "2b")
    leave_note(facility, OURS, Taken(repository_of(facility), NOW, gone[:1]))
    assert take_in(facility) == gone[1:]
    assert facility.records.damage("a") is Cause.SNAPSHOTS_VANISHED


@pytest.mark.parametrize(
    ("key", "repository", "names"),
    [
        (STRANGERS, "", ("3b",)),  # who took over the server has its repository key, not this one
        (OURS, "another", ("3b",)),  # a note from elsewhere
        (OURS, "", ("3b", "1a")),  # no rule may take one of the newest three
    ],
)
def test_a_note_that_is_not_to_be_believed_explains_nothing(
    facility: Facility, key: SigningKey, repository: str, names: Sequence[str]
) -> None:
    gone = vanish(facility, *names)
    leave_note(facility, key, Taken(repository or repository_of(facility), NOW, gone))
    assert sorted(take_in(facility)) == sorted(gone)
    (item,) = [one for one in keeping_items(facility.app) if one.id == "retention.a.notes"]
    assert item.verdict is CheckVerdict.FAIL


def test_a_note_that_is_no_note_explains_nothing(facility: Facility) -> None:
    gone = vanish(facility, "3b")
    notes.leave(facility.restic("a"), Desk(facility.folder / "desk", "m"), TAKEN, b"{}")
    assert take_in(facility) == gone


def test_packs_that_vanish_without_need_are_no_loss_once_it_was_announced(
    facility: Facility,
) -> None:
    restic, records, clock = facility.restic("a", Role.AGENT), facility.records, facility.clock
    verify(restic, records, clock, everything)
    gone = vanish(facility, "3b", "2b")
    leave_note(facility, OURS, Taken(repository_of(facility), NOW, gone, frees=True))
    facility.restic("a").run(Job(("prune",)))
    take_in(facility)
    assert verify(restic, records, clock, everything).cause is None
    clock.at += timedelta(days=4)
    assert verify(restic, records, clock, everything).cause is None
    assert records.departures("a").prune_open_since() is None


def test_an_announcement_covers_no_pack_that_is_needed(facility: Facility) -> None:
    restic, records = facility.restic("a", Role.AGENT), facility.records
    verify(restic, records, facility.clock, everything)
    records.departures("a").prune_begun(NOW)
    packs = (facility.folder / "a" / "data").glob("*/*")
    victim = min(packs, key=lambda pack: pack.stat().st_size)  # data: a tree is asked for again
    victim.unlink()
    with pytest.raises(ResticError):
        freeing.settle_announced(restic, records, facility.clock)
    assert victim.name in {pack.id for pack in records.pack_ledger("a").packs()}
    found = verify(restic, records, facility.clock, everything)
    assert found.cause is Cause.REPOSITORY_DAMAGED
    assert records.damage("a") is Cause.REPOSITORY_DAMAGED


def test_packs_that_vanish_unannounced_are_a_loss(facility: Facility) -> None:
    restic, records = facility.restic("a", Role.AGENT), facility.records
    verify(restic, records, facility.clock, everything)
    vanish(facility, "3b", "2b")
    facility.restic("a").run(Job(("prune",)))
    found = verify(restic, records, facility.clock, everything)
    assert found.cause is Cause.SNAPSHOTS_VANISHED


def said_at(facility: Facility, days_ago: float, **fields: tuple[str, ...]) -> tuple[Obstacle, ...]:
    made_at = NOW - timedelta(days=days_ago)
    desk = Desk(facility.folder / "desk", "fs-01")
    clearance.leave(facility.restic("a"), desk, Clearance("r", made_at, **fields))
    found = clearance.newest(
        facility.restic("a"), facility.listed("a"), "r", NOW + timedelta(days=2)
    )
    return clearance.obstacles_in(found, NOW)


def test_the_servers_word_lets_go_holds_or_grows_old(facility: Facility) -> None:
    assert said_at(facility, 0) == ()
    assert said_at(facility, 31 / 24) == (Obstacle.NO_CLEARANCE,)
    held = said_at(facility, 0, obstacles=("HELD", "A_WORD_OF_TOMORROW"))
    assert held == (Obstacle.HELD, Obstacle.NOT_LOOKED)
    listed = facility.listed("a")
    assert clearance.newest(facility.restic("a"), listed, "another", NOW) is None
    notes.leave(facility.restic("a"), Desk(facility.folder / "d", "m"), CLEARANCE, b"[]")
    later = NOW + timedelta(days=2)
    assert clearance.newest(facility.restic("a"), facility.listed("a"), "r", later) is None
    assert clearance.newest(facility.restic("a"), (), "r", NOW) is None


def test_a_note_without_end_is_not_read(facility: Facility, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "m")
    note = notes.leave(facility.restic("a"), desk, TAKEN, b"\0" * (notes.LONGEST_BYTES + 1))
    with pytest.raises(ResticError):
        notes.read(facility.restic("a"), note)
    assert not desk.folder.exists()
    assert msgspec.json.decode(msgspec.json.encode(Taken("r", NOW)), type=Taken).frees is False
