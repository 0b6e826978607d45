"""A one-byte object in A: restic crashes over it; that is told, and B gets the point."""

import hashlib

import pytest

from tests.agent.backup.conftest import Facility
from wire.verdicts import BackupVerdict, Cause


@pytest.mark.parametrize("folder", ["locks", "snapshots", "index"])
def test_one_byte_at_a_costs_a_and_nothing_is_touched(facility: Facility, folder: str) -> None:
    facility.back_up()
    rogue = facility.path_a / folder / hashlib.sha256(b"x").hexdigest()
    rogue.write_bytes(b"x")
    (facility.source / "new.txt").write_text("new\n")
    a, b = facility.back_up().sites
    assert a.cause in {Cause.RESTIC_CRASHED, Cause.REPOSITORY_DAMAGED, Cause.RESTIC_FAILED}
    assert (b.cause, b.point is not None) == (None, True)
    assert rogue.read_bytes() == b"x"
    rogue.unlink()  # as the site's janitor moves it away
    after = facility.back_up()
    assert [site.cause for site in after.sites] == [None, None]
    assert after.judgement.verdict is not BackupVerdict.RED
    assert list((facility.path_a / "locks").iterdir()) == []
