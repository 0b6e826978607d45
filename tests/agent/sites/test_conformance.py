"""The conformance suite: every kind of site passes the same tests, on real servers."""

import dataclasses
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from agent.backup import passwords
from agent.config.home import Home
from agent.config.model import SITE_KINDS, Site
from agent.restic import reading, saving
from agent.restic.door import Job, Restic
from agent.restic.environment import environment, option_arguments
from agent.restic.errors import ResticError
from agent.sites.door import SiteDoor
from agent.sites.errors import SiteKindError
from agent.sites.opening import open_site, workplace_of
from demo.ssh_site import SshSite
from tests.agent.backup.conftest import site_of
from tests.agent.sites.stands import Stand, give_password, running
from tests.agent.sites.web_stands import Rest
from tests.real.light_repositories import Born
from tests.real.rest_server import PASSWORD
from tests.real.restic_versions import path_of
from wire.verdicts import Cause, HeldBy, Protection

REMOTE = tuple(kind for kind in SITE_KINDS if kind != "local")


@pytest.fixture(params=SITE_KINDS)
def stand(request: pytest.FixtureRequest) -> Stand:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture(params=REMOTE)
def remote(request: pytest.FixtureRequest) -> Stand:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def held(pair: Born, home: Home, repository: str) -> Callable[[Stand], Site]:
    """A site that holds a repository already, and its password is ours."""

    def hold(stand: Stand, name: str = "b") -> Site:
        site = stand.site(name, repository)
        stand.hold(pair, name, repository)
        give_password(pair, home, name)
        return site

    return hold


def restic_at(door: SiteDoor, home: Home) -> Restic:
    return Restic(door.repository, workplace_of(home))


def opened(site: Site, home: Home) -> Restic:
    return restic_at(open_site(site, home), home)


def sources(folder: Path) -> saving.Sources:
    folder.mkdir()
    (folder / "hồ sơ.txt").write_text("record\n")
    return saving.Sources(folder, (".",), "fs-01", ("test",))


def cause_of(restic: Restic) -> tuple[Cause, str]:
    with pytest.raises(ResticError) as caught:
        reading.snapshots(restic)
    return caught.value.cause, str(caught.value)


def test_a_repository_is_made_once(stand: Stand, home: Home, repository: str) -> None:
    door = open_site(stand.site("b", repository), home)
    restic = restic_at(door, home)
    passwords.make(door.repository.password_file, os.urandom)
    assert door.obstacle() is None
    assert cause_of(restic)[0] is Cause.NO_REPOSITORY
    made = saving.init(restic)
    assert reading.config(restic) == made
    before = stand.objects(repository)
    with pytest.raises(ResticError):
        saving.init(restic)
    assert stand.objects(repository) == before


def test_what_is_saved_is_listed_read_back_and_restored(
    stand: Stand, held: Callable[[Stand], Site], home: Home, tmp_path: Path
) -> None:
    restic = opened(held(stand), home)
    saved = saving.save(restic, sources(tmp_path / "source"))
    assert reading.snapshot(restic, saved.id).id == saved.id
    with reading.listed(restic, saved.id) as (_, nodes):
        (node,) = [node for node in nodes if node.type == "file"]
    assert node.path == "/hồ sơ.txt"
    with reading.dump(restic, saved.id, node.path) as stream:
        assert stream.read() == b"record\n"
    reading.restore(restic, saved.id, tmp_path / "restored")
    assert (tmp_path / "restored" / "hồ sơ.txt").read_text() == "record\n"


def test_a_wrong_password_opens_nothing(
    stand: Stand, held: Callable[[Stand], Site], home: Home
) -> None:
    restic = opened(held(stand), home)
    restic.repository.password_file.write_text("another\n")
    assert cause_of(restic)[0] is Cause.BAD_KEY


def test_a_repository_that_is_gone_is_told_and_not_made_again(
    stand: Stand, held: Callable[[Stand], Site], home: Home, repository: str
) -> None:
    restic = opened(held(stand), home)
    stand.wipe(repository)
    assert cause_of(restic)[0] is Cause.NO_REPOSITORY
    assert stand.objects(repository) == {}


def test_a_login_that_the_server_refuses_is_no_missing_repository(
    remote: Stand, held: Callable[[Stand], Site], home: Home
) -> None:
    restic = opened(remote.with_wrong_login(held(remote)), home)
    cause, words = cause_of(restic)
    assert cause is Cause.SITE_UNREACHABLE
    assert "Kh0ngPhai" not in words


def test_a_server_that_is_not_the_known_one_is_never_spoken_to(
    remote: Stand, held: Callable[[Stand], Site], home: Home
) -> None:
    site = remote.with_unknown_server(held(remote))
    assert cause_of(opened(site, home))[0] is Cause.HOST_KEY_CHANGED
    if site.url:  # newer restics try again for minutes: they are not even started
        assert open_site(site, home).obstacle() is Cause.HOST_KEY_CHANGED


def test_a_server_that_is_down_is_unreachable_within_half_a_minute(
    stand: Stand, held: Callable[[Stand], Site], home: Home
) -> None:
    site = held(stand)
    door = open_site(site, home)
    began = time.monotonic()
    stand.stop()
    try:
        cause = door.obstacle() or cause_of(restic_at(door, home))[0]
    finally:
        stand.start()
    assert cause is Cause.SITE_UNREACHABLE
    assert time.monotonic() - began < 30
    assert door.obstacle() is None
    assert reading.snapshots(restic_at(door, home)) == ()


def test_what_a_kind_declares_of_its_protection(stand: Stand, home: Home, repository: str) -> None:
    site = stand.site("b", repository)
    declared = {"local": Protection.NONE, "sftp": Protection.NONE}
    assert open_site(site, home).protection is declared.get(site.kind, Protection.CLAIMED)


def test_the_place_changes_with_the_address_and_holds_no_secret(
    remote: Stand, home: Home, repository: str
) -> None:
    site = open_site(remote.site("b", repository), home)
    assert PASSWORD not in site.place + site.repository.address
    assert site.place != open_site(remote.site("b", f"{repository}-2"), home).place or (
        site.kind == "append_only_ssh"  # its repository is named at the site alone
    )


def test_a_held_repository_is_locked(
    stand: Stand, held: Callable[[Stand], Site], home: Home, repository: str
) -> None:
    restic = opened(held(stand), home)
    reading.config(restic)  # lays out the workplace that the other one uses, too
    other = subprocess.Popen(
        command(restic, "backup", "--stdin"), env=variables(restic), stdin=subprocess.PIPE
    )
    try:
        while not any(name.startswith("locks/") for name in stand.objects(repository)):
            assert other.poll() is None
        with pytest.raises(ResticError) as caught:
            restic.run(Job(("check", "--no-cache")))
    finally:
        other.communicate(b"")
    assert caught.value.cause is Cause.LOCKED


def test_the_probe_key_does_not_reach_the_repository(site_b: SshSite, home: Home) -> None:
    with_probe_key = replace(site_of(site_b), key_file=site_b.probe_key_file)
    passwords.make(open_site(with_probe_key, home).repository.password_file, os.urandom)
    with pytest.raises(ResticError):
        reading.config(opened(with_probe_key, home))


def test_a_full_server_is_a_full_disk(home: Home, pair: Born, tmp_path: Path) -> None:
    with running(Rest(tmp_path, options=("--append-only", "--max-size=1024"))) as stand:
        stand.hold(pair, "b", "FS-01")
        give_password(pair, home, "b")
        restic = opened(stand.site("b", "FS-01"), home)
        folder = tmp_path / "source"
        folder.mkdir()
        (folder / "big").write_bytes(os.urandom(100_000))
        with pytest.raises(ResticError) as caught:
            saving.save(restic, saving.Sources(folder, (".",), "fs-01", ("test",)), timeout_s=5)
    assert caught.value.cause is Cause.DISK_FULL


def test_a_credentials_file_that_others_may_read_is_never_used(
    rest: Rest, held: Callable[[Stand], Site], home: Home, tmp_path: Path
) -> None:
    open_to_all = tmp_path / "credentials"
    open_to_all.write_text(rest.server.credentials_file.read_text())
    open_to_all.chmod(0o644)
    link = tmp_path / "link"
    link.symlink_to(open_to_all)
    site = held(rest)
    for file in (open_to_all, link, tmp_path / "nowhere", tmp_path):
        cause, words = cause_of(opened(replace(site, credentials_file=file), home))
        assert cause is Cause.SITE_UNREACHABLE
        assert str(file) in words
        assert PASSWORD not in words


def test_a_login_stands_in_private_files_only(
    rest: Rest, held: Callable[[Stand], Site], home: Home
) -> None:
    restic = opened(held(rest), home)
    reading.config(restic)
    file = restic.workplace.repository_file("b")
    assert quote(PASSWORD, safe="") in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    said = " ".join((*command(restic, "snapshots"), *variables(restic).values()))
    assert PASSWORD not in said
    assert quote(PASSWORD, safe="") not in said


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_debian_13s_restic_works_at_every_kind(
    kind: str,
    request: pytest.FixtureRequest,
    held: Callable[[Stand], Site],
    home: Home,
    tmp_path: Path,
) -> None:
    stand: Stand = request.getfixturevalue(kind)
    restic = opened(held(stand), home)
    newer = dataclasses.replace(
        restic, workplace=dataclasses.replace(restic.workplace, path=path_of("debian-13"))
    )
    saved = saving.save(newer, sources(tmp_path / "source"))
    assert reading.snapshot(newer, saved.id).id == saved.id
    newer.repository.password_file.write_text("another\n")
    assert cause_of(newer)[0] is Cause.BAD_KEY


def test_a_folder_whose_disk_is_not_mounted_is_an_obstacle(tmp_path: Path, home: Home) -> None:
    path = tmp_path / "nas" / "repository"
    site = Site(name="a", kind="local", held_by=HeldBy.OWNED, path=path)
    assert open_site(site, home).obstacle() is Cause.SITE_UNREACHABLE


@pytest.mark.parametrize("kind", ["ftp", *SITE_KINDS])
def test_a_site_without_what_its_kind_needs_is_a_wrong_configuration(kind: str, home: Home) -> None:
    with pytest.raises(SiteKindError):
        open_site(Site(name="x", kind=kind, held_by=HeldBy.OWNED), home)


def command(restic: Restic, *words: str) -> list[str]:
    return ["restic", *option_arguments(restic.repository), *words]


def variables(restic: Restic) -> dict[str, str]:
    return dict(environment(restic.workplace, restic.repository))
