"""The same with Debian 13's restic, which keeps the oldest point of a span, too."""

from dataclasses import replace

import pytest

from agent.backup.naming import data_tags, listed_of
from agent.backup.retention.retaining import rules_of
from agent.config.home import Home
from agent.config.keep import Keep
from agent.daemon.work.backup import custody, retention_job
from agent.daemon.work.backup.retention_job import Wish
from agent.restic import checking, forgetting
from agent.restic.environment import Workplace
from agent.sites.opening import workplace_of
from recovery.keep_within import kept
from tests.agent.retention.conftest import NOW, Facility
from tests.real.restic_versions import path_of

VERSION = "debian-13"


def newer(home: Home) -> Workplace:
    return replace(workplace_of(home), path=path_of(VERSION))


def test_old_points_go_with_their_space(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_job, "workplace_of", newer)
    monkeypatch.setattr(custody, "workplace_of", newer)
    restic = replace(facility.restic("a"), workplace=newer(facility.app.home))
    judged = forgetting.dry_run(restic, data_tags("share"), Keep().spans)
    listed = [one.dated for one in map(listed_of, facility.listed("a")) if one.matched_by]
    assert judged.keep == kept(listed, rules_of(Keep()), NOW)
    (found,) = retention_job.run(facility.app, Wish("a"))
    assert (found.cause, found.obstacles, found.freed) == (None, (), True)
    assert len(found.removed) == 3
    checking.structure(restic)
    (looked,) = custody.look_everywhere(facility.app, "a", ())
    assert [key.known for key in looked.keys] == [True]
    (older,) = custody.look_everywhere(facility.app, "b", ())
    assert [key.known for key in older.keys] == [True]
