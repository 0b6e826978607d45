"""`integrity events --sum` and `--open`: who stands for how many files, and what waits."""

from typing import Any

import pytest

from agent.config.home import Home
from agent.integrity.events.event import Entry, EventFilter, EventKind
from agent.integrity.events.sums import Sums
from tests.agent.integrity.views.conftest import BEGIN, CLIENT, VIM, Append, document, event, run

ADDED, REMOVED, MODIFIED = EventKind.ADDED, EventKind.REMOVED, EventKind.MODIFIED
STORM = Entry(
    event("/srv/share/x", minute=5, who=CLIENT, counts={ADDED: 4, REMOVED: 1}),
    (
        event("/srv/share/x/1", ADDED, 5, who=CLIENT),
        event("/srv/share/x/deep/2", ADDED, 5, who=CLIENT),
        event("/srv/share/x/3", REMOVED, 5, who=CLIENT),
    ),
)
LOG = event("/var/log/syslog", minute=9, watched=b"/var/log", explained_by="growth")
GAP = event("/srv/share", EventKind.GAP, 8, since=BEGIN, explanation="killed")


@pytest.fixture
def stored(watching_home: Home, append: Append) -> Home:
    append([event("/srv/share/a", who=VIM), event("/srv/share/b", who=VIM), STORM, LOG, GAP])
    return watching_home


def sums(home: Home, *words: str) -> dict[str, tuple[int, int, int]]:
    found = document(home, "events", "--sum", *words)["sums"]
    return {one["key"]: (one["files"], one["unexplained"], one["events"]) for one in found}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("kind",), {"added": (4, 4, 1), "modified": (3, 2, 3), "removed": (1, 1, 1)}),
        (("explained",), {"": (7, 7, 3), "growth": (1, 0, 1)}),
        (
            ("who",),
            {"BV\\lan@10.1.2.3": (5, 5, 1), "uid:4001 as root": (2, 2, 2), "": (1, 0, 1)},
        ),
        (
            ("program", "--unexplained"),
            {"/usr/sbin/smbd": (5, 5, 1), "/usr/bin/vim.basic": (2, 2, 2)},
        ),
        (("day",), {"2026-11-22": (8, 7, 4)}),
        (
            ("folder", "--path", "/srv/share/x"),
            {"/srv/share/x": (4, 4, 1), "/srv/share/x/deep": (1, 1, 1)},
        ),
        (("kind", "--kind", "removed"), {"removed": (1, 1, 1)}),
    ],
)
def test_every_file_is_counted_once_behind_its_name(
    stored: Home, words: tuple[str, ...], expected: dict[str, tuple[int, int, int]]
) -> None:
    assert sums(stored, *words) == expected


def test_the_most_stand_first_and_the_rest_is_said(stored: Home) -> None:
    found = document(stored, "events", "--sum", "who", "--most", "1")
    assert [one["key"] for one in found["sums"]] == ["BV\\lan@10.1.2.3"]
    assert (found["omitted"], found["files"], found["verdict"]) == (2, 8, "FAIL")
    done = run(stored, "integrity", "events", "--sum", "who", "--most", "1")
    assert "and 2 more" in done.stderr
    assert done.return_value == 1
    assert (
        run(stored, "integrity", "events", "--sum", "who", "--path", "/var/log").return_value == 0
    )


def test_many_events_lead_to_their_sums(stored: Home, append: Append) -> None:
    assert "--sum folder" not in run(stored, "integrity", "events").stderr
    append([event(f"/srv/share/{number}") for number in range(60)])
    assert "--sum folder" in run(stored, "integrity", "events").stderr
    assert "22/11/2026" in run(stored, "integrity", "events", "--sum", "day").stdout


def test_nothing_that_fits_is_said(stored: Home) -> None:
    done = run(stored, "integrity", "events", "--sum", "who", "--path", "/nowhere")
    assert "No event fits." in done.stdout


def test_what_no_event_tells_one_by_one_is_counted_all_the_same() -> None:
    found = Sums(lambda one: one.kind.value, EventFilter())
    found.add(STORM.event, ())
    assert [(one.key, one.files) for one in found.most_first()] == [("added", 4), ("removed", 1)]


@pytest.mark.parametrize(
    "words",
    [
        ("--sum", "who", "--follow"),
        ("--sum", "who", "--why", "1"),
        ("--why", "1", "--follow"),
        ("--open", "--follow"),
    ],
)
def test_what_contradicts_each_other_is_wrong_usage(stored: Home, words: tuple[str, ...]) -> None:
    done = run(stored, "integrity", "events", *words)
    assert type(done.exception).__name__ == "UsageError"


@pytest.mark.parametrize("name", ["vim.basic", "BV\\lan", "lan", "BV\\lan@10.1.2.3", "smbd"])
def test_who_is_found_as_it_is_shown(stored: Home, name: str) -> None:
    assert document(stored, "events", "--who", name)["changes"]


def open_numbers(home: Home, *words: str) -> list[int]:
    found = document(home, "events", "--open", *words)
    return sorted(one["number"] for one in [*found["changes"], *found["gaps"]])


def approval(**more: Any) -> Any:  # noqa: ANN401 - an event
    return event("/srv/share", EventKind.APPROVED, 20, explained_by="accepted", **more)


def test_what_was_approved_since_waits_no_more(stored: Home, append: Append) -> None:
    assert open_numbers(stored) == [1, 2, 3, 5]
    assert open_numbers(stored, "--gaps") == [5]
    part = approval(what=("part",), counts={MODIFIED: 1})
    append([Entry(part, (event("/srv/share/a", explained_by="accepted"),))])
    assert open_numbers(stored) == [2, 3, 5]
    assert open_numbers(stored, "--who", "smbd") == [3]
    append([approval()])
    assert open_numbers(stored) == []
    assert run(stored, "integrity", "events", "--open").return_value == 0
    assert run(stored, "integrity", "events", "--unexplained").return_value == 1
