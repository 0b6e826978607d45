"""A copy runs with one command line: what restic shares between its two ends, and what it must not.

Every pair of kinds is tried in one direction or the other, each end with a server of its own.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.config.home import Home
from agent.config.load import examine
from agent.config.model import Site
from agent.restic import reading, saving
from agent.restic.door import Restic
from agent.restic.environment import option_arguments
from agent.restic.errors import ResticError
from agent.sites.opening import open_site, workplace_of
from tests.agent.sites.stands import Ssh, Stand, give_password, running, stand_of
from tests.agent.sites.web_stands import Rest
from tests.real.light_repositories import Born
from tests.real.restic_versions import VERSIONS, path_of
from wire.verdicts import Cause, HeldBy

PAIRS = (
    ("local", "sftp"),
    ("local", "rest"),
    ("local", "s3"),
    ("sftp", "append_only_ssh"),
    ("append_only_ssh", "rest"),
    ("s3", "append_only_ssh"),
    ("sftp", "s3"),
    ("rest", "sftp"),
    ("s3", "rest"),
    ("s3", "s3"),
)
TWINS = ("sftp", "append_only_ssh", "rest")  # each end a server of its own, with its own identity


@pytest.fixture
def snapshot(pair: Born, home: Home, tmp_path: Path) -> tuple[Born, str]:
    """A repository with one snapshot, as site A has it."""
    filled = Born(tmp_path / "filled")
    pair.give(home, "a", filled.repository("a"))
    source = tmp_path / "source"
    source.mkdir()
    (source / "hồ sơ.txt").write_text("record\n")
    site = Site(name="a", kind="local", held_by=HeldBy.OWNED, path=filled.repository("a"))
    saved = saving.save(_restic(site, home), saving.Sources(source, (".",), "fs-01", ("test",)))
    return filled, saved.id


def _restic(site: Site, home: Home, version: str = "debian-12") -> Restic:
    workplace = dataclasses.replace(workplace_of(home), path=path_of(version))
    return Restic(open_site(site, home).repository, workplace)


def _filled(stand: Stand, filled: Born, repository: str) -> Site:
    """Site A at a server, with everything that it had."""
    stand.hold(filled, "a", repository)
    return stand.site("a", repository)


def _copied(source: Restic, target: Restic, snapshot: str) -> None:
    saving.copy(target, source.repository, [snapshot], timeout_s=120)
    (copied,) = reading.snapshots(target)
    assert copied.origin == snapshot
    with reading.dump(target, copied.id, "/hồ sơ.txt") as stream:
        assert stream.read() == b"record\n"


@pytest.fixture(params=PAIRS, ids="-".join)
def ends(request: pytest.FixtureRequest) -> tuple[Stand, Stand]:
    a, b = (request.getfixturevalue(kind) for kind in request.param)
    return a, b


def test_a_copy_reaches_the_right_repository(
    ends: tuple[Stand, Stand],
    snapshot: tuple[Born, str],
    home: Home,
    pair: Born,
    repository: str,
) -> None:
    near, far = ends
    far.hold(pair, "b", f"{repository}-B")
    give_password(pair, home, "b")
    site_b = far.site("b", f"{repository}-B")
    site_a = _filled(near, snapshot[0], repository)
    _copied(_restic(site_a, home), _restic(site_b, home), snapshot[1])


@pytest.fixture(params=TWINS)
def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Stand, Stand]]:
    kind = request.param
    with ExitStack() as stack:
        one, two = (stand_of(kind, tmp_path / name) for name in ("one", "two"))
        yield stack.enter_context(running(one)), stack.enter_context(running(two))


@pytest.mark.parametrize("version", VERSIONS)
def test_two_servers_of_a_kind_are_told_apart_in_one_copy(
    version: str, twins: tuple[Stand, Stand], snapshot: tuple[Born, str], home: Home, pair: Born
) -> None:
    """Two host keys, two user keys, two CAs, two logins: nothing of one serves the other."""
    near, far = twins
    site_a, site_b = _filled(near, snapshot[0], "FS-A"), far.site("b", "FS-B")
    far.hold(pair, "b", "FS-B")
    give_password(pair, home, "b")
    _copied(_restic(site_a, home, version), _restic(site_b, home, version), snapshot[1])
    assert {name.partition("/")[0] for name in far.objects("FS-B")} >= {"data", "snapshots"}


def test_the_host_key_of_one_site_does_not_vouch_for_the_other(
    sftp: Ssh, snapshot: tuple[Born, str], home: Home, pair: Born, repository: str, tmp_path: Path
) -> None:
    site_a = _filled(sftp, snapshot[0], repository)
    with running(Ssh(tmp_path / "other", "sftp")) as other:
        assert isinstance(other, Ssh)
        other.hold(pair, "b", "FS-B")
        give_password(pair, home, "b")
        strange = replace(other.site("b", "FS-B"), known_hosts_file=sftp.sshd.known_hosts_file)
        target = _restic(strange, home)
        with pytest.raises(ResticError) as caught:
            saving.copy(target, _restic(site_a, home).repository, [snapshot[1]], timeout_s=60)
    assert caught.value.cause is Cause.HOST_KEY_CHANGED


def test_options_of_two_ends_never_serve_the_wrong_one(sftp: Ssh, rest: Rest, home: Home) -> None:
    one = open_site(sftp.site("a", "FS-1"), home).repository
    two = open_site(sftp.site("c", "FS-2"), home).repository
    web = open_site(rest.site("b", "FS-3"), home).repository
    assert any("sftp.command" in word for word in option_arguments(one))
    assert not any("sftp.command" in word for word in option_arguments(one, two))
    assert option_arguments(one, web)[-2:] == ("--cacert", str(rest.server.certificate.ca_file))


S3_SITE = "kind: s3, held_by: owned, url: 'https://s3.example', bucket: lachan"
S3_SITES = (
    f"sites: [{{name: a, {S3_SITE}, credentials_file: /s/a, region: x}},"
    f" {{name: b, {S3_SITE}, credentials_file: /s/b, region: y}}]"
)


def test_two_buckets_with_two_credentials_are_refused_with_a_remedy() -> None:
    _, problems = examine(S3_SITES.encode())
    assert [problem.path for problem in problems] == [
        "sites[1].credentials_file",
        "sites[1].region",
    ]
    assert all("site a" in str(problem) for problem in problems)
    same = S3_SITES.replace("/s/b", "/s/a").replace("region: y", "region: x")
    assert examine(same.encode())[1] == ()
