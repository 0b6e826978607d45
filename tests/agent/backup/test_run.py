"""A whole run over a real local site and a real append-only site behind SSH."""

from tests.agent.backup.conftest import Facility
from wire.verdicts import BackupVerdict, Cause


def test_both_sites_hold_the_same_tree_and_the_same_companion(new_facility: Facility) -> None:
    result = new_facility.back_up()
    a, b = result.sites
    assert a.point is not None
    assert b.point is not None
    assert (a.point.tree, a.point.snapshot_at) == (b.point.tree, b.point.snapshot_at)
    assert a.point.companion_at is not None
    assert b.point.companion_at is not None
    assert result.manifest is not None
    assert (result.manifest.leaves, result.manifest.unproven) == (13, 0)
    assert result.judgement.verdict is BackupVerdict.DEGRADED
    assert result.judgement.cause is Cause.UNVERIFIED


def test_an_unchanged_tree_keeps_its_manifest_and_its_companion(facility: Facility) -> None:
    first = facility.back_up()
    second = facility.back_up()
    assert second.manifest == first.manifest
    assert [site.point.companion for site in second.sites if site.point] == [
        site.point.companion for site in first.sites if site.point
    ]
    assert second.outcome.committed is not None
    assert not second.outcome.committed.fresh
    assert [site.cause for site in second.sites] == [None, None]
    newer = [site.point.snapshot for site in second.sites if site.point]
    assert newer != [site.point.snapshot for site in first.sites if site.point]
