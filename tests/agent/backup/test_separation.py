"""What the records say of the places: not for ever, and not of other places."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.backup.facts import dataset_facts
from agent.backup.records.records import KnownSeparation, Records, open_records
from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Dataset, Site
from agent.sites.door import SiteDoor, places_of
from agent.sites.opening import open_site
from wire.verdicts import HeldBy, Separation

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATASET = Dataset(name="share", paths=(Path("/srv"),), schedule="0 4 * * *", rpo="8h")
A = Site(name="a", kind="local", held_by=HeldBy.OWNED, path=Path("/mnt/a"), address="here")
B = Site(
    name="b",
    kind="append_only_ssh",
    held_by=HeldBy.HOSTED,
    user="lachan",
    host="b.example",
    key_file=Path("/k"),
    known_hosts_file=Path("/h"),
    address="there",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@pytest.fixture
def records(home: Home) -> Iterator[Records]:
    with closing(open_records(home, SystemClock())) as opened:
        doors = doors_of(home, A, B)
        opened.set_separation(KnownSeparation(Separation.SEPARATE, NOW, places_of(doors)))
        yield opened


def doors_of(home: Home, *sites: Site) -> tuple[SiteDoor, ...]:
    return tuple(open_site(site, home) for site in sites)


def known(
    home: Home, records: Records, *sites: Site, later: timedelta = timedelta()
) -> Separation | None:
    return dataset_facts(records, DATASET, doors_of(home, *sites), NOW + later).separation


def test_a_verdict_is_about_the_places_that_were_compared(home: Home, records: Records) -> None:
    assert known(home, records, A, B) is Separation.SEPARATE
    assert known(home, records, B, A) is Separation.SEPARATE
    assert known(home, records, A, replace(B, user="another")) is Separation.SEPARATE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (A, replace(B, host="c.example")),
        (A, replace(B, port=2222)),
        (A, replace(B, address="elsewhere")),
        (A, replace(B, name="c")),
        (replace(A, path=Path("/mnt/c")), B),
        (replace(A, address="elsewhere"), B),
    ],
)
def test_another_place_was_never_compared(home: Home, records: Records, a: Site, b: Site) -> None:
    assert known(home, records, a, b) is None


def test_a_site_more_or_less_was_never_compared(home: Home, records: Records) -> None:
    assert known(home, records, A) is None
    assert known(home, records, A, B, replace(A, name="c")) is None


def test_a_verdict_is_unknown_after_thirty_days(home: Home, records: Records) -> None:
    assert known(home, records, A, B, later=timedelta(days=30)) is Separation.SEPARATE
    assert known(home, records, A, B, later=timedelta(days=31)) is None
