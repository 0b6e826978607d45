"""Alerts about sites and about data outside the datasets: raised, kept, over."""

from datetime import timedelta

import msgspec

from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.fleet.watch import watch
from controller.store.queries_alerts import open_alerts
from controller.store.rebuild import projections_digest, rebuild
from tests.controller.fleet.test_watch_backups import configured
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.statements import findings
from wire.messages import Findings, Result, SiteState
from wire.verdicts import CheckVerdict, HeldBy, Protection

CLAIMED = SiteState("b", "append_only_ssh", HeldBy.HOSTED)
LOST = msgspec.structs.replace(
    CLAIMED, protection=Protection.NONE, attacks_succeeded=("delete", "truncate")
)


def found(province: Province) -> list[tuple[str, str, str, str]]:
    watch(province, NOW)
    with province.database.reading() as connection:
        return sorted((a.kind, a.severity, a.subject, a.detail) for a in open_alerts(connection))


def test_everything_that_is_wrong_at_a_site_is_alarmed_and_over_when_it_is_good(
    host: SpokenHost, province: Province
) -> None:
    bad = msgspec.structs.replace(
        CLAIMED, full_in_days=9, rogue_objects=2, unknown_keys=1, retention_held=True
    )
    host.send(host.opening(), host.statement(bad))
    assert found(province) == [
        ("RETENTION_HELD", "info", "b", ""),
        ("ROGUE_OBJECTS", "warning", "b", "2"),
        ("SITE_FILLING", "warning", "b", "9"),
        ("UNKNOWN_KEY", "critical", "b", "1"),
    ]
    good = msgspec.structs.replace(
        CLAIMED, full_in_days=90, rogue_objects=0, unknown_keys=0, retention_held=False
    )
    host.send(host.statement(good))
    assert found(province) == []


def test_what_a_janitor_says_stands_until_it_says_otherwise(
    host: SpokenHost, province: Province
) -> None:
    at = NOW - timedelta(hours=1)
    silent = msgspec.structs.replace(
        CLAIMED, janitor_at=at, janitor_signs=("JANITOR_SILENT", "LEDGER_LOST", "KEYS_ADDED")
    )
    host.send(host.opening(), host.statement(silent), host.statement(CLAIMED))
    assert found(province) == [("JANITOR_WARNS", "warning", "b", "JANITOR_SILENT:LEDGER_LOST")]
    host.send(host.statement(msgspec.structs.replace(CLAIMED, janitor_at=NOW)))
    assert found(province) == []


def test_what_was_not_looked_at_again_stays_wrong(host: SpokenHost, province: Province) -> None:
    bad = msgspec.structs.replace(CLAIMED, unknown_keys=1)
    host.send(host.opening(), host.statement(bad), host.statement(CLAIMED))
    assert [kind for kind, *_ in found(province)] == ["UNKNOWN_KEY"]
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before


def test_protection_is_lost_only_where_there_was_some(host: SpokenHost, province: Province) -> None:
    folder = msgspec.structs.replace(LOST, site="a", kind="local")
    host.send(host.opening(), host.statement(folder), host.statement(LOST))
    assert found(province) == []
    host.send(host.statement(CLAIMED), host.statement(LOST))
    assert found(province) == [("PROTECTION_LOST", "critical", "b", "")]
    host.send(host.statement(msgspec.structs.replace(CLAIMED, protection=Protection.PROVED)))
    assert found(province) == []


def test_a_site_of_another_kind_is_another_site(host: SpokenHost, province: Province) -> None:
    by_sftp = msgspec.structs.replace(LOST, kind="sftp")
    host.send(host.opening(), host.statement(CLAIMED), host.statement(by_sftp))
    assert found(province) == []


def test_a_site_that_left_the_configuration_is_over(host: SpokenHost, province: Province) -> None:
    bad = msgspec.structs.replace(CLAIMED, full_in_days=3)
    host.send(host.opening(), host.statement(configured()), host.statement(bad))
    assert len(found(province)) == 1
    host.send(host.statement(configured(watched=2)))
    assert len(found(province)) == 1
    host.send(host.statement(configured(sites=("a",))))
    assert found(province) == []


def test_an_unplugged_copy_grows_old_on_its_hosts_clock(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    day = timedelta(days=1)
    host.offset_s = -3600.0  # the host is an hour ahead
    copy = SiteState(
        "disk-1",
        "offline",
        HeldBy.OWNED,
        copied_at=clock() + timedelta(hours=1),
        copy_due_s=(30 * day).total_seconds(),
    )
    host.send(host.opening(), host.statement(copy, clock() + timedelta(hours=1)))
    host.send(host.statement(configured()))  # names no such site
    clock.forward(30 * day)
    host.heartbeat()
    assert found(province) == []
    clock.forward(timedelta(seconds=1))
    assert found(province) == [("OFFLINE_COPY_OLD", "warning", "disk-1", "")]
    given_up = msgspec.structs.replace(copy, copy_due_s=None)
    host.send(host.statement(given_up))
    host.heartbeat()
    assert found(province) == []


def test_data_outside_the_datasets_is_alarmed_until_all_is_covered(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    def covered(verdict: CheckVerdict, places: int) -> Findings:
        result = Result("data.everything_covered", verdict, "none", clock(), observed_count=places)
        return Findings((result,))

    host.send(host.opening(), host.statement(covered(CheckVerdict.FAIL, 3)))
    assert found(province) == [("UNPROTECTED_DATA", "warning", "", "3")]
    host.send(host.statement(covered(CheckVerdict.UNKNOWN, 0)))
    host.send(host.statement(findings(clock(), sshd__x=CheckVerdict.PASS)))
    assert len(found(province)) == 1
    host.send(host.statement(covered(CheckVerdict.PASS, 0)))
    assert found(province) == []


def test_of_a_revoked_agent_nothing_is_alarmed(host: SpokenHost, province: Province) -> None:
    bad = msgspec.structs.replace(CLAIMED, unknown_keys=1)
    host.send(host.opening(), host.statement(bad))
    assert len(found(province)) == 1
    revoke_agent(province, "test", host.agent, "gone")
    assert found(province) == []
