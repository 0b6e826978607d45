"""What of a site is a trouble: one judge for mails and alerts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from recovery.site_troubles import SiteTrouble, number_of, site_troubles
from wire.recovery_messages import SiteState
from wire.verdicts import HeldBy, Protection

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = SiteState(
    site="b",
    kind="append_only_ssh",
    held_by=HeldBy.HOSTED,
    protection=Protection.PROVED,
    full_in_days=15,
    retention_held=False,
    rogue_objects=0,
    unknown_keys=0,
    copied_at=NOW - 30 * DAY,
    copy_due_s=(30 * DAY).total_seconds(),
)
LOST = {"protection": Protection.NONE, "attacks_succeeded": ("delete",)}


def found(*, protected: bool = True, **changes: object) -> list[SiteTrouble]:
    state = msgspec.structs.replace(GOOD, **changes)
    return list(site_troubles(state, NOW, protected=protected))


def test_a_good_site_has_none_and_neither_has_one_of_which_nothing_is_known() -> None:
    assert found() == []
    unknown = SiteState("b", "sftp", HeldBy.OWNED)
    assert list(site_troubles(unknown, NOW, protected=True)) == []


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"full_in_days": 14}, SiteTrouble.SITE_FILLING),
        ({"full_in_days": 0}, SiteTrouble.SITE_FILLING),
        ({"rogue_objects": 1}, SiteTrouble.ROGUE_OBJECTS),
        ({"janitor_signs": ("JANITOR_SILENT",)}, SiteTrouble.JANITOR_WARNS),
        ({"janitor_signs": ("KEYS_ADDED", "CONFIG_BAD")}, SiteTrouble.JANITOR_WARNS),
        ({"unknown_keys": 1}, SiteTrouble.UNKNOWN_KEY),
        ({"retention_held": True}, SiteTrouble.RETENTION_HELD),
        ({"copied_at": NOW - 31 * DAY}, SiteTrouble.OFFLINE_COPY_OLD),
        ({"copied_at": NOW + 900 * DAY}, SiteTrouble.OFFLINE_COPY_OLD),
        (LOST, SiteTrouble.PROTECTION_LOST),
    ],
)
def test_each_trouble(changes: dict[str, Any], trouble: SiteTrouble) -> None:
    assert found(**changes) == [trouble]


def test_a_site_that_never_refused_anything_has_lost_nothing() -> None:
    assert found(protected=False, **LOST) == []
    assert found(protection=Protection.NONE) == []  # no attack has shown it
    assert found(protection=Protection.CLAIMED) == []


def test_a_copy_without_a_due_age_is_never_too_old() -> None:
    assert found(copied_at=NOW - 300 * DAY, copy_due_s=None) == []


def test_a_copy_that_is_asked_for_and_was_never_made_is_too_old() -> None:
    assert found(copied_at=None) == [SiteTrouble.OFFLINE_COPY_OLD]


def test_what_another_trouble_says_is_no_warning_of_the_janitor() -> None:
    assert found(janitor_signs=("SNAPSHOTS_GONE", "SNAPSHOTS_FUTURE", "KEYS_ADDED")) == []


def test_the_figure_beside_it() -> None:
    state = msgspec.structs.replace(GOOD, full_in_days=9, rogue_objects=2, unknown_keys=3)
    assert number_of(SiteTrouble.SITE_FILLING, state) == 9
    assert number_of(SiteTrouble.ROGUE_OBJECTS, state) == 2
    assert number_of(SiteTrouble.UNKNOWN_KEY, state) == 3
    assert number_of(SiteTrouble.RETENTION_HELD, state) is None
