"""Nobody without the key changes what is stored unnoticed; a clean home is never called changed."""

from pathlib import Path
from random import Random

import pytest

from bench.tampering import Bench
from bench.tampering_acts import ACTS, Act
from bench.tampering_scene import DATABASES, build


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder: Path = tmp_path_factory.mktemp("tampering")
    for name in ("ours", "strangers"):
        (folder / name).mkdir()
    scene, stranger = build(folder / "ours", 4), build(folder / "strangers", 2)
    return Bench(folder, scene, stranger.present, Random(7))  # noqa: S311 - acts, no secrets


def test_a_home_that_nobody_touched_is_never_called_changed(bench: Bench) -> None:
    assert bench.control(6) == 0


@pytest.mark.parametrize("purpose", DATABASES)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_an_act_is_found_or_changes_nothing_that_is_believed(
    bench: Bench, act: Act, purpose: str
) -> None:
    assert bench.try_act(act, purpose) == ""


@pytest.mark.parametrize("purpose", ["baseline", "outbox"])  # events are proved while they are read
def test_a_judge_that_finds_nothing_would_be_noticed(
    bench: Bench, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The view of what is believed is compared itself: an act that nobody found is missed."""
    by_name = {act.__name__: act for act in ACTS}
    monkeypatch.setattr("agent.daemon.work.integrity.heads_job.states", lambda _app: ())
    monkeypatch.setattr(Bench, "_compared", lambda *_: "")
    assert bench.try_act(by_name["mark_as_sent"], purpose) != ""
