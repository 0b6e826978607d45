"""A path whose changes are no alarm: since when that is known, and that it was one before."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from controller.fleet.alerts import acknowledge
from controller.fleet.province import Province
from controller.fleet.watch import EVENTS, watch
from controller.fleet.watch_files import CHANGES_SILENCED
from controller.store.queries_file_events import Place, changed_since
from controller.store.queries_file_watching import WatchedPath, watched_paths
from controller.store.rebuild import projections_digest, rebuild
from tests.controller.fleet.test_watch_files import alerts, raised, say
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.watched_files import OTHER, WATCHED, EventChain
from wire.messages import FileEvents

MINUTE = timedelta(minutes=1)
SILENCED = (CHANGES_SILENCED, WATCHED)


def known(province: Province) -> WatchedPath:
    with province.database.reading() as connection:
        (path,) = watched_paths(connection)
    return path


def said(chain: EventChain, *, at_work: bool) -> FileEvents:
    """That it is watched, and nothing else."""
    return replace(chain.say(), at_work=at_work)


def configured(chain: EventChain, what: str = "alert_attacks") -> FileEvents:
    """The event by which the host itself says that its configuration was changed."""
    event = replace(chain.event(NOW, "", "configured"), what=(what,))
    told = chain.say(replace(event, explained_by="configured"))
    return replace(told, at_work=what == "alert_attacks")


def test_a_path_that_begins_its_life_so_is_only_shown(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    say(host, said(chain, at_work=True))
    since = clock()
    clock.forward(MINUTE)
    say(host, said(chain, at_work=True))
    watch(province, NOW)
    assert raised(province) == []
    assert known(province).at_work_at == since
    assert known(province).at_work_index is not None


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in-one-batch"])
def test_a_path_that_was_an_alarm_before_is_one_alert_until_a_person_has_seen_it(
    host: SpokenHost, province: Province, clock: Clock, *, at_once: bool
) -> None:
    chain = EventChain()
    told = [said(chain, at_work=False), said(chain, at_work=True)]
    for bodies in [told] if at_once else [[one] for one in told]:
        say(host, *bodies)
        clock.forward(MINUTE)
    for _ in range(3):
        say(host, said(chain, at_work=True))
        watch(province, NOW)
    assert raised(province) == [SILENCED]
    (alert,) = alerts(province)
    assert alert.severity == "info"
    assert alert.detail == str(known(province).at_work_index)
    acknowledge(province, "lan", alert.alert_id)
    say(host, said(chain, at_work=True))
    watch(province, NOW)
    assert raised(province) == []


def test_to_switch_it_back_takes_nothing_back(host: SpokenHost, province: Province) -> None:
    """Silence for a moment is enough for whoever wants it."""
    chain = EventChain()
    say(host, said(chain, at_work=False))
    say(host, said(chain, at_work=True), said(chain, at_work=False))
    watch(province, NOW)
    assert raised(province) == [SILENCED]
    assert known(province).at_work_at is None
    acknowledge(province, "lan", alerts(province)[0].alert_id)
    watch(province, NOW)
    say(host, said(chain, at_work=True))
    assert raised(province) == [SILENCED]  # once more, and nobody has seen that one


def test_who_takes_a_path_out_and_puts_it_back_without_alarms_is_seen(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    ended = replace(chain.say(), watching="ended")
    say(host, said(chain, at_work=False))
    say(host, ended)
    say(host, said(chain, at_work=True))
    assert raised(province) == [SILENCED]


def test_no_end_that_is_told_hides_it(host: SpokenHost, province: Province) -> None:
    """Our own agents say nothing of alarms at an end; whoever does wants its changes unheard."""
    chain = EventChain()
    say(host, said(chain, at_work=False))
    say(host, replace(chain.say(chain.event(NOW)), watching="ended", at_work=True))
    assert raised(province) == [SILENCED]


def test_one_that_was_no_alarm_before_it_was_taken_out_is_none_when_it_comes_back(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    since = clock()
    say(host, said(chain, at_work=True))
    clock.forward(MINUTE)
    say(host, replace(chain.say(), watching="ended"))
    say(host, said(chain, at_work=True))
    assert raised(province) == []
    assert known(province).at_work_at == since


def test_each_path_is_an_alert_of_its_own(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    other = replace(said(chain, at_work=False), watched=OTHER)
    say(host, said(chain, at_work=False), other)
    say(host, said(chain, at_work=True), replace(other, at_work=True))
    assert raised(province) == [SILENCED, (CHANGES_SILENCED, OTHER)]


def test_the_event_of_it_is_no_changed_file_and_is_never_folded_away(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    say(host, said(chain, at_work=False))
    say(host, configured(chain))
    watch(province, NOW)
    assert raised(province) == [SILENCED]
    with province.database.reading() as connection:
        assert changed_since(connection, Place("BV", host.agent, WATCHED), 0) == 0


def test_all_of_it_follows_from_the_log(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    say(host, said(chain, at_work=False))
    say(host, configured(chain))
    say(host, replace(chain.say(), watching="ended"))
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before
    assert known(province).at_work_at is not None


def test_it_is_over_only_when_a_person_has_seen_it() -> None:
    assert CHANGES_SILENCED in EVENTS


def test_other_names_that_are_left_out_are_an_alert_until_a_person_has_seen_it(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    say(host, said(chain, at_work=False))
    clock.forward(MINUTE)
    say(host, configured(chain, "patterns"))
    watch(province, NOW)
    assert [one for one in raised(province) if one[0] == CHANGES_SILENCED] == [SILENCED]
    assert known(province).at_work_at is None
    say(host, said(chain, at_work=False))
    watch(province, NOW)
    assert [one for one in raised(province) if one[0] == CHANGES_SILENCED] == [SILENCED]
