"""What the health sector adds: a pack that fits the standard's catalogues, marked as what it is."""

import pytest

from compliance.catalogue import Catalogue, parse
from compliance.pack_merge import merged, misfits, unmergeable
from compliance.policy_pack import Pack, read
from tests.policies.shipped import LEVELS, POLICIES, file_of

FILE = POLICIES / "health" / "pack.yaml"


@pytest.fixture(scope="module")
def pack() -> Pack:
    found = read({"pack.yaml": FILE.read_text()})
    assert found.problems == ()
    assert found.pack is not None
    return found.pack


def with_health(pack: Pack, level: int) -> Catalogue:
    return parse(merged(file_of(level).read_bytes(), pack))


def test_it_fits_every_catalogue(pack: Pack) -> None:
    shelf = {f"tcvn-14423-2026.level-{level}": file_of(level).read_bytes() for level in LEVELS}
    assert misfits(pack, shelf) == ()
    assert unmergeable(pack, shelf) == ()


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_gets_its_rows(pack: Pack, level: int) -> None:
    plain, merged_book = parse(file_of(level).read_bytes()), with_health(pack, level)
    added = [row for row in merged_book.controls if row.id.startswith("health.")]
    assert len(merged_book.controls) == len(plain.controls) + len(added)
    assert {row.confidence for row in added} == {"unverified"}
    assert len(added) == (11 if level == 1 else 10 if level <= 3 else 9)


def test_guidance_is_suggested_and_duties_of_circulars_are_not(pack: Pack) -> None:
    rows = {row.id: row for row in with_health(pack, 3).controls}
    assert rows["health.l3.within_24_hours"].suggested
    assert rows["health.l3.copies"].suggested
    assert not rows["health.l3.recovery"].suggested
    assert not rows["health.l3.retention_classes"].suggested


def test_a_longer_retention_of_the_standard_is_not_asked_a_second_time(pack: Pack) -> None:
    for level in (4, 5):
        assert f"health.l{level}.server_logs" not in {
            row.id for row in with_health(pack, level).controls
        }
