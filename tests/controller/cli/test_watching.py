"""The watch of a running controller: it looks again after a look that failed."""

import threading
from datetime import timedelta

import pytest

from controller.app import keep_scores, keep_watch
from controller.fleet.decide_exception import approve_exception
from controller.fleet.province import Province
from controller.fleet.request_exception import request_exception
from controller.fleet.score_systems import store_scores
from controller.store.queries_alerts import open_alerts
from controller.store.queries_fleet import newest_scores
from tests.controller.deciding import ADMIN, LOCAL, waiver
from tests.controller.speaking import Clock, SpokenHost


class Steps(threading.Event):
    """Does one thing at each waiting, then ends."""

    def __init__(self, clock: Clock, steps: int, minutes: float = 31) -> None:
        super().__init__()
        self.clock, self.left = clock, steps
        self.step = timedelta(minutes=minutes)

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout
        assert timeout <= 60
        self.clock.forward(self.step or timedelta(seconds=timeout))
        self.left -= 1
        return self.left < 0


def test_it_raises_alerts_and_stores_scores_at_its_own_pace(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    assert host.agent
    keep_watch(province, Steps(clock, 3))
    keep_scores(province, Steps(clock, 3))
    with province.database.reading() as connection:
        assert [alert.kind for alert in open_alerts(connection)] == ["AGENT_SILENT"]
        assert len(newest_scores(connection)) == 1


def test_an_expired_waiver_is_told_and_scored_within_a_minute(
    province: Province, clock: Clock
) -> None:
    """The waits are as long as the program itself makes them."""
    end = clock() + timedelta(minutes=5)
    request_exception(province, LOCAL, waiver(clock(), expires_at=end))
    approve_exception(province, ADMIN, "exception-1", "được")
    store_scores(province)
    for keep in (keep_watch, keep_scores):
        clock.at = end - timedelta(seconds=1)
        keep(province, Steps(clock, steps=3, minutes=0))
        assert clock() <= end + timedelta(minutes=1)
    with province.database.reading() as connection:
        assert [alert.kind for alert in open_alerts(connection)] == ["WAIVER_EXPIRED"]
        (score,) = newest_scores(connection)
    assert end <= score.judged_at <= end + timedelta(minutes=1)


def test_a_look_that_fails_is_told_and_the_next_one_is_made(
    host: SpokenHost,
    province: Province,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert host.agent
    real, failures = province.database.readers, [True]

    class Refusing:
        def connect(self) -> object:
            if failures.pop() if failures else False:
                raise OSError(5, "Input/output error")
            return real.connect()

    monkeypatch.setattr(type(province.database), "readers", property(lambda _self: Refusing()))
    keep_watch(province, Steps(clock, 2))
    assert "the watch could not look" in caplog.text
    with province.database.reading() as connection:
        assert [alert.kind for alert in open_alerts(connection)] == ["AGENT_SILENT"]
