"""`integrity events --pseudonym`: the province asks by pseudonym, the host alone can answer."""

import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.work.integrity.event_names import FILE, USER, WATCHED
from agent.integrity.events.event import EventKind
from tests.agent.integrity.views.conftest import CLIENT, VIM, Append, document, event, run


@pytest.fixture
def stored(watching_home: Home, append: Append) -> Home:
    append([event("/srv/share/a/x", who=VIM), event("/srv/share/b/y", who=CLIENT)])
    moved = event("/srv/share/c/z", EventKind.RENAMED, old_path=b"/srv/share/a/z")
    append([moved, event("/etc/hosts", watched=b"/etc")])
    return watching_home


@pytest.mark.parametrize(
    ("purpose", "name", "expected"),
    [
        (FILE, b"/srv/share/a/x", [1]),
        (FILE, b"/srv/share/a", [1]),
        (FILE, b"/srv/share/a/z", [3]),
        (USER, "BV\\lan", [2]),
        (WATCHED, b"/etc", [4]),
        (FILE, b"/srv/share/nothing", []),
    ],
)
def test_what_the_province_means_is_found(
    app: App, stored: Home, purpose: str, name: bytes | str, expected: list[int]
) -> None:
    pseudonym = app.pseudonyms.of(purpose, name)
    for typed in (pseudonym, f"{pseudonym[:9]}…", pseudonym[:9].upper()):
        found = document(stored, "events", "--pseudonym", typed)["changes"]
        assert [one["number"] for one in found] == expected


@pytest.mark.parametrize("typed", ["lan", "p12", "p12345g", "/srv/share"])
def test_what_is_no_pseudonym_is_wrong_usage(stored: Home, typed: str) -> None:
    done = run(stored, "integrity", "events", "--pseudonym", typed)
    assert type(done.exception).__name__ == "BadParameter"
