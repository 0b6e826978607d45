"""What is told of forgotten data, of exclusions, of what a client complained, and to whom."""

import contextlib
import json
from pathlib import Path

import msgspec
import pytest

from agent.backup.databases import shelf
from agent.cli.backup import view as backup_view
from agent.cli.options import Options
from agent.clock import SystemClock
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.backup import backup_job
from agent.daemon.work.backup.backup_statements import backup_statement
from agent.daemon.work.backup.unprotected import data_items, unprotected
from agent.facts.slow import Memory, open_slow_facts
from agent.facts.uncovered import FACT, UncoveredFacts
from wire.messages import Backup
from wire.verdicts import CheckVerdict

PLACE = "/srv/hồ sơ bệnh án 3.0 GiB"
CONFIGURATION = """
facility: GL-BVDK
datasets: [{{name: his, postgresql: {{database: his}}, schedule: "0 1 * * *", rpo: 8h}}]
excluded: [{{share: tạm, reason: ảnh quét chờ vài phút rồi chuyển đi}}]
sites:
  - {{name: a, kind: local, held_by: owned, path: {folder}/a}}
  - {{name: b, kind: local, held_by: hosted, path: {folder}/b}}
"""


@pytest.fixture
def app(tmp_path: Path) -> App:
    home = home_at(tmp_path)
    home.agent_yaml.write_text(CONFIGURATION.format(folder=tmp_path))
    return open_app(home)


def remember(app: App, *places: str) -> None:
    payload = msgspec.json.encode(UncoveredFacts(places, len(places)))
    with contextlib.closing(open_slow_facts(app.home, SystemClock())) as store:
        store.remember(FACT.name, Memory(app.clock.now(), payload))


def test_what_was_never_looked_for_is_unknown(app: App) -> None:
    found = [(item.id, item.verdict) for item in data_items(app)]
    assert found == [("unprotected", CheckVerdict.UNKNOWN), ("excluded", CheckVerdict.PASS)]


@pytest.mark.parametrize(
    ("places", "verdict"), [((PLACE,), CheckVerdict.FAIL), ((), CheckVerdict.PASS)]
)
def test_forgotten_data_is_told_with_its_place(
    app: App, places: tuple[str, ...], verdict: CheckVerdict
) -> None:
    remember(app, *places)
    item, excluded = data_items(app)
    assert item.verdict is verdict
    assert [place in str(item.parameters) for place in places] == [True] * len(places)
    assert "ảnh quét" in str(excluded.parameters)


def test_a_status_names_forgotten_data_and_what_the_client_said(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(app, PLACE)
    shelf.keep_words(app.home, "his", "pg_dump: error: permission denied")
    results = backup_job.look(app)
    options = Options(app.home, None, json=False, lang="en")
    assert backup_view.show(options, results, unprotected(app)) == 1
    said = "".join(capsys.readouterr())
    assert "UNPROTECTED_DATA" in said
    assert PLACE in said
    assert "permission denied" in said
    backup_view.show(Options(app.home, None, json=True, lang="en"), results, unprotected(app))
    document = json.loads(capsys.readouterr().out)
    assert document["unprotected"]["cause"] == "UNPROTECTED_DATA"
    assert document["unprotected"]["total"] == 1


def test_nothing_of_it_is_in_a_statement(app: App) -> None:
    remember(app, PLACE)
    shelf.keep_words(app.home, "his", "pg_dump: error: permission denied for table hiv_tests")
    (result,) = backup_job.look(app)
    sealed = msgspec.json.encode(backup_statement(app.pseudonyms, result, "look"))
    assert b"hiv_tests" not in sealed
    assert PLACE.encode() not in sealed
    assert b'"his"' not in sealed


def test_a_statement_of_an_older_agent_has_no_consistency_and_is_read() -> None:
    old = {"dataset": f"p{'0' * 32}", "names": "none", "verdict": "RED", "rpo_s": 1.0, "copies": []}
    assert msgspec.convert(old, Backup).consistency is None
