"""Which recovery point an attack cannot have touched."""

from datetime import timedelta

from agent.daemon.work.integrity.clean_points import clean_points, last_clean_at
from agent.integrity.seen import LONG_AGO
from tests.agent.integrity.ransom.conftest import Configure, Scene, point
from tests.agent.integrity.ransom.observing import BEGIN


def test_it_is_the_newest_that_was_whole_before_the_first_change(
    opened: Configure, scene: Scene
) -> None:
    app = opened()
    for hours in (30, 9):
        taken = BEGIN - timedelta(hours=hours)
        point(app, "a", f"t{hours}", taken, taken + timedelta(hours=1))
        point(app, "b", f"t{hours}", taken, BEGIN + timedelta(minutes=5))
    begun_before = BEGIN - timedelta(minutes=2)
    point(app, "a", "late", begun_before, BEGIN + timedelta(minutes=3))
    (clean,) = clean_points(app, bytes(scene.share), BEGIN)
    assert clean.at == BEGIN - timedelta(hours=9)
    assert clean.sites == ("a", "b")  # the same tree came to b later, and is as clean


def test_none_is_clean_when_nobody_knows_since_when(opened: Configure, scene: Scene) -> None:
    app = opened()
    point(app, "a", "t", BEGIN - timedelta(hours=9), BEGIN - timedelta(hours=8))
    assert last_clean_at(clean_points(app, bytes(scene.share), LONG_AGO)) is None


def test_none_where_a_dataset_has_none(opened: Configure) -> None:
    app = opened()
    assert last_clean_at(clean_points(app, b"/etc", BEGIN)) is None
    assert clean_points(app, b"/opt/other", BEGIN) == ()
