"""Protection is what an attack with the agent's own credential could not break, nothing else."""

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.backup.records.records import open_records
from agent.backup.verification import rotation
from agent.backup.verification.verifying import verify
from agent.clock import SystemClock
from agent.config.home import Home
from agent.config.model import Site
from agent.restic import reading, saving
from agent.restic.door import Restic
from agent.sites.attack.attacking import Means, attack
from agent.sites.attack.attacks import AttackResult
from agent.sites.opening import open_site, workplace_of
from tests.agent.sites.stands import Ssh, Stand, give_password, running
from tests.agent.sites.web_stands import S3, Rest
from tests.real.light_repositories import Born
from wire.verdicts import Protection

OBJECTS = {
    "delete",
    "overwrite",
    "truncate",
    "rename",
    "remove_key",
    "remove_snapshot",
    "remove_index",
    "flood_locks",
}
WAYS = {"shell", "command", "sftp", "forward", "listen"}


@pytest.fixture
def attacked(home: Home, pair: Born, repository: str) -> Callable[[Stand], AttackResult]:
    def run(stand: Stand) -> AttackResult:
        site = stand.site("b", repository)
        stand.hold(pair, "b", repository)
        give_password(pair, home, "b")
        return attack_at(site, home)

    return run


def attack_at(site: Site, home: Home) -> AttackResult:
    return attack(open_site(site, home), Means(SystemClock(), os.urandom))


def test_an_append_only_key_is_proved(
    append_only_ssh: Ssh, attacked: Callable[[Stand], AttackResult]
) -> None:
    found = attacked(append_only_ssh)
    assert (found.succeeded, found.untried) == ((), {})
    assert set(found.refused) == OBJECTS | WAYS
    assert not logging.getLogger("paramiko").isEnabledFor(logging.ERROR)  # refused is no error
    assert found.protection is Protection.PROVED


def test_an_append_only_rest_server_is_proved(
    rest: Rest, attacked: Callable[[Stand], AttackResult]
) -> None:
    found = attacked(rest)
    assert (found.succeeded, found.untried) == ((), {})
    assert set(found.refused) == OBJECTS
    assert found.protection is Protection.PROVED


def test_a_folder_keeps_nothing_from_its_owner(
    local: Stand, attacked: Callable[[Stand], AttackResult], repository: str
) -> None:
    found = attacked(local)
    assert {"delete", "overwrite", "truncate", "rename"} <= set(found.succeeded)
    assert found.protection is Protection.NONE
    left = local.objects(repository)
    assert len([name for name in left if name.startswith("data/")]) <= 1
    assert not [name for name in left if name.startswith("locks/")]


def test_plain_sftp_keeps_nothing_and_names_every_way(
    sftp: Ssh, attacked: Callable[[Stand], AttackResult]
) -> None:
    found = attacked(sftp)
    assert set(found.succeeded) >= WAYS | {"delete", "overwrite", "truncate", "rename"}
    assert found.protection is Protection.NONE


def test_without_append_only_in_the_forced_command_nothing_is_protected(
    append_only_ssh: Ssh, home: Home, pair: Born, repository: str
) -> None:
    site = append_only_ssh.site("b", repository)
    append_only_ssh.hold(pair, "b", repository)
    place = append_only_ssh.place(repository)
    append_only_ssh.serve(f"rclone serve restic --stdio {place}")
    found = attack_at(site, home)
    assert {"delete", "overwrite", "truncate", "remove_key"} <= set(found.succeeded)
    assert set(found.refused) >= WAYS
    assert found.protection is Protection.NONE


def test_a_key_that_may_forward_is_named_although_every_object_is_safe(
    append_only_ssh: Ssh, home: Home, pair: Born, repository: str
) -> None:
    site = append_only_ssh.site("b", repository)
    append_only_ssh.hold(pair, "b", repository)
    lines = append_only_ssh.sshd.folder / "authorized_keys"
    lines.write_text(lines.read_text().replace(",restrict", ""))
    found = attack_at(site, home)
    assert set(found.succeeded) == {"forward", "listen"}
    assert found.protection is Protection.NONE


def test_a_rest_server_without_append_only_protects_nothing(
    home: Home, pair: Born, tmp_path: Path
) -> None:
    with running(Rest(tmp_path, options=())) as open_server:
        open_server.hold(pair, "b", "FS-01")
        found = attack_at(open_server.site("b", "FS-01"), home)
    assert "delete" in found.succeeded
    assert found.protection is Protection.NONE


def test_a_bucket_whose_key_may_overwrite_protects_nothing(
    s3: S3, attacked: Callable[[Stand], AttackResult]
) -> None:
    found = attacked(s3)
    assert set(found.succeeded) == {"overwrite", "truncate"}
    assert {"delete", "remove_key", "flood_locks"} <= set(found.refused)
    assert found.protection is Protection.NONE


def versioned(s3: S3, name: str, *more: str) -> Path:
    """Versions are kept from now on; the credentials file of a user who may do more."""
    with s3.server.open():
        s3.server.owner().put_bucket_versioning(
            Bucket=s3.server.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
    rights = s3.rights()
    rights[f"{s3.server.bucket}/*"] += ["s3:GetObjectVersion", "s3:DeleteObject"]
    rights["*"] += more
    return s3.server.user(name, rights)


@pytest.mark.parametrize(
    ("name", "right", "succeeded"),
    [
        ("writer", "s3:GetObject", set()),
        (
            "remover",
            "s3:DeleteObjectVersion",
            {"delete", "overwrite", "truncate", "remove_key", "remove_snapshot", "remove_index"},
        ),
        ("switcher", "s3:PutBucketVersioning", {"stop_versions"}),
    ],
)
def test_a_bucket_that_keeps_versions_is_judged_by_who_may_remove_them(
    home: Home, pair: Born, tmp_path: Path, name: str, right: str, succeeded: set[str]
) -> None:
    with running(S3(tmp_path)) as bucket:
        assert isinstance(bucket, S3)
        credentials = versioned(bucket, name, right)
        bucket.hold(pair, "b", "FS-01")
        site = replace(bucket.site("b", "FS-01"), credentials_file=credentials)
        found = attack_at(site, home)
        packs = [raw for name, raw in bucket.objects("FS-01").items() if name.startswith("data/")]
    assert [raw[:8] for raw in packs] == [b"lachan: "]  # as it was, for whoever reads packs
    assert set(found.succeeded) - {"rename"} == succeeded
    assert found.untried == {}
    expected = Protection.NONE if succeeded else Protection.PROVED
    assert found.protection is expected


def test_the_sacrifice_is_made_once_and_restic_goes_on_working(
    append_only_ssh: Ssh, home: Home, pair: Born, repository: str
) -> None:
    site = append_only_ssh.site("b", repository)
    append_only_ssh.hold(pair, "b", repository)
    give_password(pair, home, "b")
    assert attack_at(site, home).protection is Protection.PROVED
    before = append_only_ssh.objects(repository)
    assert attack_at(site, home).protection is Protection.PROVED
    assert append_only_ssh.objects(repository) == before
    restic = Restic(open_site(site, home).repository, workplace_of(home))
    assert reading.snapshots(restic) == ()


def test_the_sacrifice_is_no_damage_to_whoever_reads_all_packs(
    append_only_ssh: Ssh, home: Home, pair: Born, repository: str, tmp_path: Path
) -> None:
    site = append_only_ssh.site("b", repository)
    append_only_ssh.hold(pair, "b", repository)
    give_password(pair, home, "b")
    restic = Restic(open_site(site, home).repository, workplace_of(home))
    source = tmp_path / "source"
    source.mkdir()
    (source / "hồ sơ.txt").write_text("record\n")
    saving.save(restic, saving.Sources(source, (".",), "fs-01", ("test",)))
    assert attack_at(site, home).protection is Protection.PROVED
    with contextlib.closing(open_records(home, SystemClock())) as records:
        found = verify(restic, records, SystemClock(), rotation.everything)
    assert (found.cause, found.read_now) == (None, len(found.packs))
    assert found.read_now == len(packs_at(append_only_ssh, repository))


def packs_at(stand: Stand, repository: str) -> list[str]:
    return [name for name in stand.objects(repository) if name.startswith("data/")]
