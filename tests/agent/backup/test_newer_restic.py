"""Debian 13's restic does the same job: what its exit codes and its JSON say is understood too."""

from dataclasses import replace

from agent.restic.environment import Workplace
from agent.sites.opening import workplace_of
from tests.agent.backup.conftest import Facility
from tests.real.restic_versions import path_of
from wire.verdicts import Cause


def newer(facility: Facility) -> Workplace:
    return replace(workplace_of(facility.home), path=path_of("debian-13"))


def test_both_sites_hold_the_same_tree_with_the_newer_restic(facility: Facility) -> None:
    first = facility.back_up(workplace=newer(facility))
    second = facility.back_up(workplace=newer(facility))
    for result in (first, second):
        points = [site.point for site in result.sites]
        assert len({point.tree for point in points if point}) == 1
        assert all(point and point.companion_at for point in points)
    assert second.manifest == first.manifest


def test_a_newer_restic_goes_on_where_the_older_one_stopped(facility: Facility) -> None:
    before = facility.back_up()
    after = facility.back_up(workplace=newer(facility))
    assert [site.cause for site in after.sites] == [None, None]
    assert after.manifest == before.manifest


def test_a_newer_restic_names_a_wrong_password(facility: Facility) -> None:
    facility.back_up(workplace=newer(facility))
    password = facility.sites[0].repository.password_file
    password.chmod(0o600)
    password.write_text("another\n")
    result = facility.back_up(workplace=newer(facility))
    assert result.sites[0].cause is Cause.BAD_KEY
