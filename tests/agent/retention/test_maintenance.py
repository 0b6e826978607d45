"""Who may remove old points where, and that a folder's janitor is told."""

from datetime import UTC, datetime

import pytest

from agent.config.model import Site
from agent.daemon.work.backup import retention_job
from agent.daemon.work.backup.retention_job import Wish
from agent.sites.janitor.run import Settings, place_of, run
from agent.sites.janitor.status import FILE
from agent.sites.maintenance import owner_may_remove
from tests.agent.retention.conftest import Facility
from wire.verdicts import HeldBy, Protection

OWNED, HOSTED, NONE = HeldBy.OWNED, HeldBy.HOSTED, Protection.NONE


@pytest.mark.parametrize(
    ("kind", "held_by", "protection", "maintained_by", "may"),
    [
        ("local", OWNED, NONE, "", True),
        ("sftp", OWNED, NONE, "", True),
        ("s3", OWNED, NONE, "", True),
        ("rest", OWNED, Protection.PROVED, "", False),
        ("rest", OWNED, Protection.CLAIMED, "", False),
        ("local", HOSTED, NONE, "", False),
        ("sftp", OWNED, NONE, "a maintenance host's key", False),
        # Its line has lost --append-only: that is an alarm, and no leave to delete.
        ("append_only_ssh", OWNED, NONE, "", False),
    ],
)
def test_only_an_own_and_unprotected_place_is_ours_to_clear(
    kind: str, held_by: HeldBy, protection: Protection, maintained_by: str, *, may: bool
) -> None:
    site = Site(name="x", kind=kind, held_by=held_by, maintained_by=maintained_by)
    assert owner_may_remove(site, protection) is may


def test_the_janitor_of_a_folder_calls_nothing_a_loss_that_retention_took(
    facility: Facility,
) -> None:
    facility.clock.at = datetime.now(UTC)  # the file that tells it is dated by the machine
    place = place_of(facility.folder / "a")
    run(place, facility.clock, Settings(read_for_s=5.0))
    (found,) = retention_job.run(facility.app, Wish("a"))
    assert found.removed
    facility.clock.at = datetime.now(UTC)
    run(place, facility.clock, Settings(read_for_s=5.0))
    assert "janitor_gone 0" in (place.beside / FILE).read_text()
