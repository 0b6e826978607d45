"""Backups judged again: an agent's GREEN is worth what its facts are worth."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from controller.fleet.judge import JudgedBackup, judged_backups
from controller.fleet.province import Province
from tests.controller.speaking import Clock, SpokenHost
from tests.controller.statements import backup
from wire.verdicts import BackupVerdict, Cause, Separation

RPO = timedelta(hours=8)


def judged(province: Province) -> JudgedBackup:
    with province.database.reading() as connection:
        (found,) = judged_backups(connection, province.now(), "BV")
    return found


def tell(host: SpokenHost, clock: Clock, **changes: Any) -> None:  # noqa: ANN401
    said = msgspec.structs.replace(backup(clock(), RPO), **changes)
    host.send(host.opening(), host.statement(said))


def test_whole_copies_at_two_places_are_green_until_they_grow_old(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    tell(host, clock)
    assert judged(province).judgement.verdict is BackupVerdict.GREEN
    clock.forward(RPO + timedelta(minutes=1))
    assert judged(province).judgement.verdict is BackupVerdict.RED
    assert judged(province).backup.verdict is BackupVerdict.GREEN  # what the agent once said


@pytest.mark.parametrize(
    ("changes", "verdict", "cause"),
    [
        ({"copies": ()}, BackupVerdict.RED, Cause.NEVER_RUN),
        ({"separation": Separation.NOT_SEPARATE}, BackupVerdict.DEGRADED,
         Cause.SITES_NOT_SEPARATE),
        ({"source_cause": Cause.SOURCE_SHRUNK}, BackupVerdict.DEGRADED, Cause.SOURCE_SHRUNK),
    ],
    ids=["nothing", "one-place", "source"],
)  # fmt: skip
def test_the_agents_green_does_not_count(
    host: SpokenHost,
    province: Province,
    clock: Clock,
    changes: dict[str, Any],
    verdict: BackupVerdict,
    cause: Cause,
) -> None:
    tell(host, clock, **changes)
    found = judged(province)
    assert found.backup.verdict is BackupVerdict.GREEN
    assert (found.judgement.verdict, found.judgement.cause) == (verdict, cause)
