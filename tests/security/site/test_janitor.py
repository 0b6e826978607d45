"""Twelve attacks with the agent's own credential at append-only B, whose janitor has no key.

After each: every byte of the last good point is restored, a backup goes through again within 15
minutes without a person, and the agent knows of it within 60 s where anything was left behind.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from demo import ssh_site
from demo.ssh_site import SshSite
from tests.agent.sites.janitor.store import KEY, another_key
from tests.real.light_repositories import born
from tests.real.restic_versions import path_of
from tests.security.site.conftest import NAME, Thief
from tests.security.site.forging import a_lock_of_2040, named, sealed
from tests.security.site.standing_ground import BACK_WITHIN_S, TOLD_WITHIN_S, Ground

REFUSED = {400, 403, 404, 405}
WRONG_NAME = "cd" * 32


@pytest.fixture(scope="module")
def hospital(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[SshSite, Thief, Path, str]]:
    """A site with one good point; a copy of the repository as it is then."""
    folder = tmp_path_factory.mktemp("hospital")
    site = ssh_site.write(folder / "sshd", folder / "store" / "FS-01")
    process = ssh_site.start(site)
    server = folder / "server"
    (server / "data").mkdir(parents=True)
    for number in range(5):
        (server / "data" / f"{number}.bin").write_bytes(os.urandom(30_000))
    made = born(folder / "born")
    shutil.copytree(made.repository("a"), site.repository, dirs_exist_ok=True)
    shutil.copy2(folder / "born" / "a.password", server / "password")
    thief = Thief(site, server, site.key_file)
    try:
        done = thief.restic("backup", "--host", "fs-01", "--json", str(server / "data"))
        assert done.returncode == 0, done.stderr
        (good,) = (site.repository / "snapshots").iterdir()
        shutil.copytree(site.repository, folder / "pristine")
        yield site, thief, server / "data", good.name
    finally:
        ssh_site.stop(process)


@pytest.fixture(params=["debian-12", "debian-13"])
def any_ground(
    request: pytest.FixtureRequest, hospital: tuple[SshSite, Thief, Path, str]
) -> Ground:
    """With each of the two restics."""
    return _ground(hospital, path_of(request.param))


@pytest.fixture
def ground(hospital: tuple[SshSite, Thief, Path, str]) -> Ground:
    return _ground(hospital, path_of("debian-12"))


def _ground(hospital: tuple[SshSite, Thief, Path, str], path: str) -> Ground:
    """The site as it was after the good point, its janitor at work since then."""
    site, thief, data, good = hospital
    shutil.rmtree(site.repository)
    shutil.rmtree(site.repository.parent / "FS-01.janitor", ignore_errors=True)
    shutil.rmtree(thief.folder / "cache", ignore_errors=True)
    shutil.copytree(site.repository.parent.parent / "pristine", site.repository)
    ground = Ground(site, Thief(site, thief.folder, thief.key_file, path), data, good)
    ground.look()
    ground.clock.go(3600.0)
    ground.look()
    return ground


def survived(ground: Ground) -> None:
    """Backing up again first: by then nothing stands in restore's way either."""
    assert ground.back_after_s() <= BACK_WITHIN_S
    assert ground.restores()


def test_deleting_is_refused(ground: Ground) -> None:
    names = [
        str(one.relative_to(ground.site.repository)) for one in ground.site.repository.rglob("*")
    ]
    parts = [name.split("/") for name in names]
    paths = [f"/data/{p[-1]}" if p[0] == "data" else "/" + "/".join(p) for p in parts]
    files = [path for path in paths if path == "/config" or len(path.split("/")[-1]) == 64]
    assert len(files) >= 6
    assert set(ground.say(*(("DELETE", path, None) for path in [*files, "/"]))) <= REFUSED
    survived(ground)


def test_overwriting_is_refused_also_of_the_configuration(ground: Ground) -> None:
    before = (ground.site.repository / "config").read_bytes()
    kinds = ("snapshots", "index", "keys")
    names = [(kind, next((ground.site.repository / kind).iterdir()).name) for kind in kinds]
    paths = ["/config", *(f"/{kind}/{name}" for kind, name in names)]
    assert set(ground.say(*(("POST", path, b"something else") for path in paths))) <= REFUSED
    assert (ground.site.repository / "config").read_bytes() == before
    survived(ground)


@pytest.mark.parametrize("words", ["rename {0} {0}x", "rm {0}", "put /dev/null {0}"])
def test_sftp_renames_and_truncates_nothing(ground: Ground, words: str) -> None:
    target = next((ground.site.repository / "snapshots").iterdir())
    before = target.read_bytes()
    argv = ["sftp", "-b", "-", "-F", str(ground.thief.configuration), NAME]
    said = words.format(target).encode()
    done = subprocess.run(argv, input=said, capture_output=True, check=False, timeout=60)
    assert done.returncode != 0
    assert target.read_bytes() == before


def test_a_shell_truncates_nothing_and_no_port_is_forwarded(ground: Ground) -> None:
    target = next((ground.site.repository / "index").iterdir())
    before = target.read_bytes()
    ground.thief.ssh(NAME, f": > {target}")
    assert ground.thief.ssh("-W", f"127.0.0.1:{ground.site.port}", NAME).returncode != 0
    assert target.read_bytes() == before
    survived(ground)


def test_a_hundred_keys_do_not_keep_the_owner_out(ground: Ground) -> None:
    keys = [named(another_key(number)) for number in range(100)]
    assert set(ground.put("keys", *keys)) == {200}
    assert ground.told_after_s() <= TOLD_WITHIN_S
    survived(ground)


@pytest.mark.parametrize(
    "field",
    [{"salt": "AAAA"}, {"n": "x"}],
    ids=lambda field: next(iter(field)),
)
def test_one_key_that_restic_cannot_read_keeps_nobody_out(
    ground: Ground, field: dict[str, object]
) -> None:
    """restic gives up altogether at such a key."""
    assert ground.put("keys", named(json.dumps({**KEY, **field}).encode())) == [200]
    assert ground.told_after_s() <= TOLD_WITHIN_S
    survived(ground)


def test_a_flood_of_exclusive_locks_of_the_year_2040_ends(ground: Ground) -> None:
    locks = [
        sealed(ground.site.repository, ground.password, a_lock_of_2040(number))
        for number in range(34)
    ]
    assert set(ground.put("locks", *locks)) == {200}
    assert ground.told_after_s() <= TOLD_WITHIN_S
    survived(ground)


def test_objects_of_one_byte_go(any_ground: Ground) -> None:
    ground = any_ground
    for kind in ("locks", "snapshots", "index"):
        assert ground.put(kind, (WRONG_NAME, b"x")) == [200]
    assert not ground.backs_up(wait_s=4.0)
    assert ground.told_after_s() <= TOLD_WITHIN_S
    survived(ground)


def test_packs_of_garbage_are_counted_as_what_they_weigh(ground: Ground) -> None:
    """Under their right names they are packs: only how much came can be said."""
    packs = [named(os.urandom(10_000)) for _ in range(5)]
    assert set(ground.put("data", *packs)) == {200}
    ground.clock.go(20.0)
    ground.look()
    stored = (ground.site.repository.parent / "FS-01.janitor" / "status").read_text()
    assert "janitor_stored_day_bytes 50000\n" in stored
    survived(ground)


def test_a_snapshot_of_the_future_changes_nothing(ground: Ground) -> None:
    done = ground.thief.restic(
        "backup", "--host", "fs-01", "--time", "2040-01-01 00:00:00", str(ground.data / "0.bin")
    )
    assert done.returncode == 0, done.stderr
    survived(ground)


def test_a_snapshot_with_our_name_and_tags_is_not_the_last_good_point(ground: Ground) -> None:
    empty = ground.thief.folder / "empty"
    empty.mkdir(exist_ok=True)
    done = ground.thief.restic("backup", "--host", "fs-01", "--tag", "lachan-data", str(empty))
    assert done.returncode == 0, done.stderr
    ground.clock.go(20.0)
    ground.look()
    assert ground.ask().arrived_day == 1
    survived(ground)


@pytest.mark.parametrize("lie", ["elsewhere", "supersedes"])
def test_an_index_that_lies_about_packs_hides_nothing(ground: Ground, lie: str) -> None:
    (name,) = (one.name for one in (ground.site.repository / "index").iterdir())
    true = json.loads(ground.thief.restic("cat", "index", name).stdout)
    moved = [{**pack, "id": sha256(pack["id"].encode()).hexdigest()} for pack in true["packs"]]
    said = {"packs": moved} if lie == "elsewhere" else {"supersedes": [name], "packs": []}
    assert ground.put("index", sealed(ground.site.repository, ground.password, said)) == [200]
    if lie == "elsewhere":  # what restic would ask for again and again
        assert ground.told_after_s() <= TOLD_WITHIN_S
    survived(ground)


def test_a_cut_upload_under_a_right_name_goes(ground: Ground) -> None:
    whole = os.urandom(5000)
    name = sha256(whole).hexdigest()
    for kind in ("data", "index", "snapshots"):
        assert ground.put(kind, (name, whole[:2000])) == [200]
    assert ground.told_after_s() <= TOLD_WITHIN_S
    survived(ground)


@pytest.mark.parametrize(
    ("version", "kind"),
    [("debian-12", "index"), ("debian-12", "snapshots"), ("debian-13", "locks")],
)
def test_what_bears_its_right_name_and_does_not_open_is_set_aside(
    hospital: tuple[SshSite, Thief, Path, str], version: str, kind: str
) -> None:
    """The thief needs no password for it, and one such index stops every restic."""
    ground = _ground(hospital, path_of(version))
    assert ground.put(kind, named(os.urandom(300))) == [200]
    assert ground.told_after_s() <= TOLD_WITHIN_S
    survived(ground)


def test_with_the_probe_key_nothing_old_is_hidden(ground: Ground) -> None:
    """Who may ask to set aside reaches neither the good point nor what carries it."""
    before = {one for one in ground.site.repository.rglob("*") if one.is_file()}
    spy = Thief(ground.site, ground.thief.folder, ground.site.probe_key_file)
    wishes = [f"aside:{one.parent.name}/{one.name}" for one in before]
    spy.ssh(NAME, "janitor", *wishes)
    ground.clock.go(20.0)
    ground.look()
    assert {one for one in ground.site.repository.rglob("*") if one.is_file()} == before
    survived(ground)
