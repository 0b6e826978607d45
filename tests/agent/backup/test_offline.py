"""Disks that are carried: the unplugged copy, and the first fill of a far site."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from agent.backup.carrying import carried, seeding
from agent.backup.course import Course
from agent.backup.records.records import Records
from agent.backup.verification import verifying
from agent.backup.verification.rotation import Choice
from agent.backup.verification.verifying import Verified
from agent.clock import Clock, SystemClock
from agent.config.model import Offline
from agent.daemon.app import App, open_app
from agent.daemon.status.offline import offline_items
from agent.daemon.work.backup import offline_job, unplugged
from agent.facts import mounts
from agent.host import FILE_LIMIT_BYTES, LocalHost
from agent.progress import ignore
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.sites import device
from agent.sites.errors import DeviceError
from demo.ssh_site import SshSite
from tests.agent.backup.conftest import Facility
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import SiteState
from wire.verdicts import BackupVerdict, Cause, CheckVerdict

DISK = "8:1 / {place} rw,nosuid - ext4 /dev/sdz1 rw"
ROOT = "1 0 8:2 / / rw - ext4 /dev/sda2 rw"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder on another file system than everything else that a test has."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def course_of(dataset: str) -> Course:
    return Course(SystemClock(), dataset=dataset)


def bring(facility: Facility, folder: Path) -> carried.Carried:
    setting = facility.setting()
    door = carried.door_on(folder, setting)
    (found,) = carried.bring(setting, door, facility.sites, ["share"], course_of)
    return found


def newest_on_disk(facility: Facility) -> datetime | None:
    """What `status` and the alarms go by."""
    disks = carried.disks(facility.records)
    return unplugged._newest(facility.records, disks, "share")  # noqa: SLF001 - what is told


def test_the_disk_holds_the_newest_point_with_its_companion_and_was_read(
    facility: Facility, disk: Path
) -> None:
    facility.back_up()
    found = bring(facility, disk)
    assert (found.cause, found.source) == (None, "a")
    (name,) = carried.disks(facility.records)
    point = facility.records.newest_point("share", name)
    at_a = facility.records.newest_point("share", "a")
    assert point is not None
    assert at_a is not None
    assert (point.tree, point.snapshot_at) == (at_a.tree, at_a.snapshot_at)
    assert point.companion is not None
    packs = facility.records.pack_ledger(name).packs()
    assert packs
    assert all(pack.read_at for pack in packs)
    (facility.source / "more.txt").write_text("more\n")
    facility.back_up()
    shutil.move(facility.path_a, facility.path_a.with_name("away"))
    again = bring(facility, disk)
    assert (again.cause, again.source) == (None, "b")
    assert carried.disks(facility.records) == (name,)
    assert again.snapshot_at is not None
    assert found.snapshot_at is not None
    assert again.snapshot_at > found.snapshot_at


def test_a_disk_whose_data_is_bad_is_no_copy(facility: Facility, disk: Path) -> None:
    facility.back_up()
    assert bring(facility, disk).cause is None
    (name,) = carried.disks(facility.records)
    ledger = facility.records.pack_ledger(name)
    for file in disk.glob("lachan-*/data/*/*"):
        file.chmod(0o600)
        file.write_bytes(bytes(byte ^ 1 for byte in file.read_bytes()))
    long_ago = SystemClock().now() - timedelta(days=31)
    ledger.read([pack.id for pack in ledger.packs()], long_ago)
    assert newest_on_disk(facility) is not None
    found = bring(facility, disk)
    assert found.cause is Cause.REPOSITORY_DAMAGED
    assert newest_on_disk(facility) is None


def test_a_copy_that_was_not_read_to_the_end_is_none_yet(
    facility: Facility, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is pulled out too soon."""
    facility.back_up()

    def away(restic: Restic, records: Records, clock: Clock, _: Choice) -> Verified:
        error = ResticError(Cause.SITE_UNREACHABLE, site=restic.site, verb="check")
        return verifying.failed(records, restic.site, clock.now(), error)

    with monkeypatch.context() as patched:
        patched.setattr(verifying, "verify", away)
        assert bring(facility, disk).cause is Cause.SITE_UNREACHABLE
    assert newest_on_disk(facility) is None
    assert bring(facility, disk).cause is None
    assert newest_on_disk(facility) is not None


def test_without_any_point_nothing_is_brought(facility: Facility, disk: Path) -> None:
    setting = facility.setting()
    with pytest.raises(Exception, match="nothing to copy"):
        carried.bring(setting, carried.door_on(disk, setting), facility.sites, ["share"], course_of)


def test_a_far_site_is_filled_by_a_disk_and_taken_for_nothing_until_it_is_there(
    new_facility: Facility, site_b: SshSite, disk: Path
) -> None:
    near = replace(new_facility, configured=new_facility.configured[:1])
    near.back_up()
    setting, (_, far) = new_facility.setting(), new_facility.sites
    door = seeding.door_on(disk, far, setting.records)
    (copy,) = carried.bring(setting, door, near.sites, ["share"], course_of)
    assert copy.cause is None
    assert setting.records.newest_point("share", "b") is None
    seeding.begin(setting.records, "b", SystemClock().now())
    waiting = new_facility.back_up()
    assert waiting.sites[1].cause is Cause.SEEDING
    assert waiting.judgement.verdict is BackupVerdict.DEGRADED
    assert not (site_b.repository / "config").exists()
    shutil.copytree(disk / "lachan-b", site_b.repository, dirs_exist_ok=True)
    packs = {path.name for path in site_b.repository.glob("data/*/*")}
    filled = new_facility.back_up()
    assert filled.sites[1].cause is None
    assert filled.sites[1].point is not None
    assert packs <= {path.name for path in site_b.repository.glob("data/*/*")}
    facts = setting.records.site_facts()
    assert not seeding.underway(facts, "b", SystemClock().now())


def test_another_repository_at_the_site_is_not_taken_for_the_carried_one(
    new_facility: Facility, site_b: SshSite, disk: Path
) -> None:
    near = replace(new_facility, configured=new_facility.configured[:1])
    near.back_up()
    setting, (_, far) = new_facility.setting(), new_facility.sites
    door = seeding.door_on(disk, far, setting.records)
    carried.bring(setting, door, near.sites, ["share"], course_of)
    seeding.begin(setting.records, "b", SystemClock().now())
    shutil.copytree(disk / "lachan-b", site_b.repository, dirs_exist_ok=True)
    known = setting.records.repository("b")
    assert known is not None
    other = "UPDATE repositories SET repository = ? WHERE site = 'b'"
    setting.records._connection.execute(other, ("0" * 64,))  # noqa: SLF001 - as if carried another
    setting.records._connection.commit()  # noqa: SLF001
    assert new_facility.back_up().sites[1].cause is Cause.CONTENT_DIFFERS


def test_a_disk_that_never_arrives_is_a_lost_repository_in_the_end(
    new_facility: Facility,
) -> None:
    long_ago = SystemClock().now() - seeding.AT_MOST - timedelta(days=1)
    seeding.begin(new_facility.records, "b", long_ago)
    assert not seeding.underway(new_facility.records.site_facts(), "b", SystemClock().now())


class HostWithDisk(LocalHost):
    """This machine, where the test's folder is said to be a disk of its own."""

    def __init__(self, disk: Path) -> None:
        super().__init__()
        self.disk = disk

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        if path != mounts.PATH:
            return super().read(path, limit_bytes=limit_bytes)
        return f"{ROOT}\n2 1 {DISK.format(place=self.disk)}\n"


@pytest.fixture
def app(facility: Facility, disk: Path) -> Iterator[App]:
    facility.back_up()
    facility.home.agent_yaml.write_text("facility: GL-BVDK\n")
    opened = open_app(facility.home, host=HostWithDisk(disk))
    config = replace_config(opened, facility)
    yield config
    opened.close()


def replace_config(app: App, facility: Facility) -> App:
    config = structs.replace(
        app.config,
        datasets=(facility.dataset,),
        sites=facility.configured,
        offline=Offline("7d"),
    )
    return replace(app, config=config)


def test_the_age_of_the_copy_is_watched_and_a_disk_that_stays_is_told(app: App, disk: Path) -> None:
    (before,) = offline_items(app)
    assert before.verdict is CheckVerdict.FAIL
    taken = offline_job.run(app, disk, "", ignore)
    assert [copy.cause for copy in taken.copies] == [None]
    item, plugged = offline_items(app)
    assert (item.verdict, plugged.verdict) == (CheckVerdict.PASS, CheckVerdict.FAIL)
    shutil.rmtree(next(disk.glob("lachan-*")))
    (item,) = offline_items(app)
    assert item.verdict is CheckVerdict.PASS
    (sealed,) = app.outbox.latest("site_state", 1)[:1]
    body = decode_statement("site_state", peek_payload(sealed.raw)).body
    assert isinstance(body, SiteState)


def test_a_copy_that_is_too_old_is_late() -> None:
    now = SystemClock().now()
    week = timedelta(days=7)
    assert unplugged.Standing(None, week, ()).late(now)
    assert unplugged.Standing(now - timedelta(days=8), week, ()).late(now)
    assert not unplugged.Standing(now - timedelta(days=6), week, ()).late(now)
    assert not unplugged.Standing(None, None, ()).late(now)


@pytest.mark.parametrize(
    ("table", "live"),
    [
        (ROOT, "/elsewhere"),  # a folder on the server's own disk
        (f"{ROOT}\n2 1 8:1 / {{folder}} rw - nfs4 nas:/x rw", "/elsewhere"),
        (f"{ROOT}\n2 1 0:9 / {{folder}} rw - tmpfs tmpfs rw", "/elsewhere"),
        (f"{ROOT}\n2 1 0:9 / {{folder}} rw - fuse.sshfs you@there rw", "/elsewhere"),
        (f"{ROOT}\n2 1 8:17 / {{folder}} rw - ext4 /dev/sdz1 rw", "{folder}/nas"),
    ],
    ids=["own-disk", "network", "memory", "fuse", "disk-of-a-site"],
)
def test_what_cannot_be_carried_away_is_refused(disk: Path, table: str, live: str) -> None:
    facts = mounts.parse(table.format(folder=disk))
    with pytest.raises(DeviceError):
        device.demand_fit(disk, facts, [Path(live.format(folder=disk))])


def test_a_disk_of_its_own_is_taken(disk: Path) -> None:
    facts = mounts.parse(f"{ROOT}\n2 1 {DISK.format(place=disk)}")
    device.demand_fit(disk, facts, [Path("/elsewhere")])
    with pytest.raises(DeviceError):
        device.demand_fit(disk / "not there", facts, [])
