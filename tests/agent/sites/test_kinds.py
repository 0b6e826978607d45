"""The conformance suite: every kind of site passes the same tests."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from agent.backup import passwords
from agent.config.home import Home, home_at
from agent.config.model import Site
from agent.restic import checking, reading, saving
from agent.restic.door import Restic
from agent.restic.environment import environment, option_arguments
from agent.restic.errors import ResticError
from agent.sites.door import SiteDoor
from agent.sites.errors import SiteKindError
from agent.sites.opening import open_site, workplace_of
from demo import ssh_site
from demo.ssh_site import SshSite
from tests.agent.backup.conftest import site_of
from wire.verdicts import Cause, HeldBy, Protection

KINDS = ("local", "append_only_ssh")
DECLARED = {"local": Protection.NONE, "append_only_ssh": Protection.CLAIMED}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home of an agent")  # a blank in every path of ours


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path, home: Home) -> SiteDoor:
    if request.param == "local":
        configured = local(tmp_path / "nas" / "repository")
    else:
        configured = site_of(request.getfixturevalue("site_b"))
    return open_site(configured, home)


def local(path: Path, name: str = "a") -> Site:
    path.parent.mkdir(exist_ok=True)
    return Site(name=name, kind="local", held_by=HeldBy.OWNED, path=path)


def restic_at(site: SiteDoor, home: Home) -> Restic:
    passwords.make(site.repository.password_file, os.urandom)
    return Restic(site.repository, workplace_of(home))


def sources(folder: Path) -> saving.Sources:
    folder.mkdir()
    (folder / "hồ sơ.txt").write_text("record\n")
    return saving.Sources(folder, (".",), "fs-01", ("test",))


def test_a_new_site_has_no_repository_and_gets_one(site: SiteDoor, home: Home) -> None:
    restic = restic_at(site, home)
    assert site.obstacle() is None
    with pytest.raises(ResticError) as caught:
        reading.config(restic)
    assert caught.value.cause is Cause.NO_REPOSITORY
    assert saving.init(restic) == reading.config(restic)


def test_what_is_saved_is_listed_checked_and_restored(
    site: SiteDoor, home: Home, tmp_path: Path
) -> None:
    restic = restic_at(site, home)
    saving.init(restic)
    saved = saving.save(restic, sources(tmp_path / "source"))
    assert reading.snapshot(restic, saved.id).id == saved.id
    with reading.listed(restic, saved.id) as (_, nodes):
        (node,) = [node for node in nodes if node.type == "file"]
    assert node.path == "/hồ sơ.txt"
    with reading.dump(restic, saved.id, node.path) as stream:
        assert stream.read() == b"record\n"
    reading.restore(restic, saved.id, tmp_path / "restored")
    assert (tmp_path / "restored" / "hồ sơ.txt").read_text() == "record\n"
    checked = checking.check(restic, checking.Group(1, 1))
    assert checked.packs_read == len(packs.listed(restic)) > 0


def test_a_wrong_password_opens_nothing(site: SiteDoor, home: Home) -> None:
    restic = restic_at(site, home)
    saving.init(restic)
    site.repository.password_file.write_text("another\n")
    with pytest.raises(ResticError) as caught:
        reading.snapshots(restic)
    assert caught.value.cause is Cause.BAD_KEY


def test_a_kind_declares_what_protects_it(site: SiteDoor) -> None:
    assert site.protection is DECLARED[site.kind]


def test_the_append_only_site_keeps_what_its_own_credential_would_delete(
    site_b: SshSite, home: Home, tmp_path: Path
) -> None:
    site = open_site(site_of(site_b), home)
    restic = restic_at(site, home)
    saving.init(restic)
    saved = saving.save(restic, sources(tmp_path / "source"))
    before = stored(site_b.repository)
    assert forget(restic, saved.id).returncode != 0
    assert stored(site_b.repository) == before
    assert reading.snapshot(restic, saved.id).id == saved.id


def forget(restic: Restic, snapshot: str) -> subprocess.CompletedProcess[bytes]:
    """What a thief of the agent's credential would do; our own door refuses the verb."""
    variables = environment(restic.workplace, restic.repository)
    words = ["restic", *option_arguments(restic.repository), "forget", "--prune", snapshot]
    return subprocess.run(words, env=dict(variables), capture_output=True, check=False)


def stored(repository: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(repository)): file.read_bytes()
        for file in repository.rglob("*")
        if file.is_file() and file.parent.name != "locks"
    }


def test_a_host_key_that_is_not_known_is_never_accepted(site_b: SshSite, home: Home) -> None:
    site_b.known_hosts_file.write_text("")
    restic = restic_at(open_site(site_of(site_b), home), home)
    with pytest.raises(ResticError) as caught:
        reading.snapshots(restic)
    assert caught.value.cause is Cause.HOST_KEY_CHANGED
    assert site_b.known_hosts_file.read_text() == ""


def test_a_site_that_does_not_answer_is_unreachable(site_b: SshSite, home: Home) -> None:
    unused = ssh_site.free_port()
    restic = restic_at(open_site(changed(site_of(site_b), port=unused), home), home)
    with pytest.raises(ResticError) as caught:
        reading.snapshots(restic)
    assert caught.value.cause is Cause.SITE_UNREACHABLE


def test_the_probe_key_does_not_reach_the_repository(site_b: SshSite, home: Home) -> None:
    with_probe_key = changed(site_of(site_b), key_file=site_b.probe_key_file)
    restic = restic_at(open_site(with_probe_key, home), home)
    with pytest.raises(ResticError):
        reading.config(restic)


def test_a_folder_whose_disk_is_not_mounted_is_an_obstacle(tmp_path: Path, home: Home) -> None:
    site = open_site(local(tmp_path / "nas" / "repository"), home)
    (tmp_path / "nas").rmdir()
    assert site.obstacle() is Cause.SITE_UNREACHABLE


def test_a_kind_that_we_do_not_know_is_a_wrong_configuration(home: Home) -> None:
    with pytest.raises(SiteKindError):
        open_site(Site(name="x", kind="ftp", held_by=HeldBy.OWNED), home)


@pytest.fixture
def third_site(tmp_path: Path) -> Iterator[SshSite]:
    site = ssh_site.write(tmp_path / "sshd-c", tmp_path / "third" / "repository")
    process = ssh_site.start(site)
    yield site
    ssh_site.stop(process)


def test_a_copy_between_two_remote_sites_goes_to_the_right_ones(
    site_b: SshSite, third_site: SshSite, home: Home, tmp_path: Path
) -> None:
    b = restic_at(open_site(site_of(site_b), home), home)
    c = restic_at(open_site(changed(site_of(third_site), name="c"), home), home)
    saving.init(b)
    saving.init(c, b.repository)
    saved = saving.save(b, sources(tmp_path / "source"))
    saving.copy(c, b.repository, [saved.id], timeout_s=120)
    (copied,) = reading.snapshots(c)
    assert copied.origin == saved.id
    assert reading.config(c).chunker_polynomial == reading.config(b).chunker_polynomial
    assert reading.config(c).id != reading.config(b).id
