"""Names are found in all points of all sites: by what was learned here, or by restic itself."""

import contextlib
import shutil
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.backup.course import Course
from agent.backup.restore.finding import Match
from agent.backup.restore.names_index import open_names
from agent.config.home import home_at
from agent.daemon.app import open_app
from agent.daemon.work.restore import find_job, learn_job
from agent.daemon.work.restore.find_job import Asked, Found
from agent.restic import reading
from agent.restic.errors import ResticError
from tests.agent.restore.conftest import (
    FOLDER,
    Hospital,
    hospital_in,
    use_restic,
)
from tests.real.light_repositories import Born
from tests.real.restic_versions import path_of
from wire.verdicts import Cause


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, pair: Born) -> Iterator[Hospital]:
    """Three points: as filled; a file changed and one of another name added; one removed."""
    with hospital_in(tmp_path_factory.mktemp("lived"), pair) as hospital:
        hospital.back_up()
        (hospital.share / "sổ.xlsx").write_text("second")
        apart = unicodedata.normalize("NFD", "Bệnh Án cũ.doc")
        (hospital.share / apart).write_text("composed otherwise")
        hospital.back_up()
        (hospital.share / "sổ.xlsx").unlink()
        hospital.back_up()
        yield hospital


def find(hospital: Hospital, wanted: str, **words: object) -> Found:
    return find_job.find(
        hospital.app,
        Asked(wanted, **words),  # type: ignore[arg-type]
        Course(hospital.app.clock),
    )


def said(found: Found) -> list[tuple[str, list[tuple[str, int | None, int, tuple[str, ...]]]]]:
    """Paths with their versions: kind, size, in how many points, at which sites."""
    return sorted((match.path, versions_of(match)) for match in found.matches)


def versions_of(match: Match) -> list[tuple[str, int | None, int, tuple[str, ...]]]:
    return [
        (version.type, version.size if version.type == "file" else 0, len(held), held[0].sites)
        for version, held in match.ordered
    ]


SOUGHT = ("benh an", "so.xlsx", "sổ", "HO SO 1", "odd [a]", "nothing like it", "án/2026", "đoc")


def test_restic_and_what_was_learned_say_the_same(lived: Hospital) -> None:
    with_restic = {wanted: said(find(lived, wanted)) for wanted in SOUGHT}
    assert learn_job.learn(lived.app, Course(lived.app.clock)) == 3
    learned = {wanted: said(find(lived, wanted)) for wanted in SOUGHT}
    assert learned == with_restic
    assert [path for path, _ in learned["benh an"]] == [
        unicodedata.normalize("NFD", "/Bệnh Án cũ.doc"),
        f"/{FOLDER}",
    ]
    ((path, versions),) = learned["so.xlsx"]
    assert path == "/sổ.xlsx"
    assert versions == [("file", 6, 1, ("a", "b")), ("file", 5, 1, ("a", "b"))]
    assert learned["nothing like it"] == []
    assert learn_job.learn(lived.app, Course(lived.app.clock)) == 0


def test_times_bound_the_points_that_are_searched(lived: Hospital) -> None:
    newest, *_ = find(lived, "2026").matches
    first = newest.ordered[-1][1][-1].at
    assert find(lived, "sổ", before=first).points == 0
    assert find(lived, "sổ", since=first + timedelta(microseconds=1)).points == 2
    at_first = find(lived, "sổ", at=first)
    assert (at_first.points, len(at_first.matches)) == (1, 1)


def test_a_folder_tells_how_many_files_it_held(lived: Hospital) -> None:
    learn_job.learn(lived.app, Course(lived.app.clock))
    match = next(one for one in find(lived, "2026").matches if one.path.endswith("/2026"))
    ((version, held),) = match.ordered
    assert (version.files, version.size, len(held)) == (4, 4 * 900, 3)


def test_site_a_away(lived: Hospital) -> None:
    learn_job.learn(lived.app, Course(lived.app.clock))
    away = lived.folder / "unplugged"
    lived.site("a").rename(away)
    try:
        found = find(lived, "sổ")
    finally:
        away.rename(lived.site("a"))
    assert [error.site for error in found.troubles] == ["a"]
    assert found.remembered == ("a",)
    ((_, versions),) = said(found)
    assert [count for _, _, count, _ in versions] == [1, 1]


def test_our_own_state_lost(lived: Hospital, tmp_path: Path) -> None:
    """A new machine with the secrets alone: the sites are all there is."""
    shutil.copytree(lived.app.home.config_dir, tmp_path / "home", ignore=_state)
    with contextlib.closing(open_app(home_at(tmp_path / "home"))) as app:
        found = find_job.find(app, Asked("sổ"), Course(app.clock))
    ((_, versions),) = said(found)
    assert len(versions) == 2


def _state(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "state"]


def test_points_that_no_site_lets_us_look_into_are_counted(
    lived: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(restic: object, *_words: object) -> None:
        raise ResticError(Cause.REPOSITORY_DAMAGED, site=getattr(restic, "site", ""), verb="find")

    with contextlib.closing(open_names(lived.app.home, lived.app.clock)) as index:
        index.forget("share", ())
    monkeypatch.setattr(reading, "find", refuse)
    found = find(lived, "sổ")
    assert found.unsearched == 3
    assert {error.cause for error in found.troubles} == {Cause.REPOSITORY_DAMAGED}


def test_what_no_site_lists_any_more_is_forgotten(lived: Hospital) -> None:
    learn_job.learn(lived.app, Course(lived.app.clock))
    index = open_names(lived.app.home, lived.app.clock)
    try:
        trees = sorted(index.trees("share"), key=index.trees("share").__getitem__)
        assert len(trees) == 3
        assert index.forget("share", trees[1:]) == 1
        kept = list(index.search("share", ("so.xlsx",), whole_path=False))
        assert all(row.last >= 2 for row in kept)
        assert index.forget("share", ()) == 2
        assert list(index.search("share", ("so",), whole_path=False)) == []
    finally:
        index.close()


def test_nobody_else_may_read_the_names(lived: Hospital) -> None:
    learn_job.learn(lived.app, Course(lived.app.clock))
    file = lived.app.home.database("names")
    assert file.stat().st_mode & 0o777 == 0o600
    assert lived.app.home.state_dir.stat().st_mode & 0o777 == 0o700


def test_the_restic_of_debian_13_finds_the_same(
    lived: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(open_names(lived.app.home, lived.app.clock)) as index:
        index.forget("share", ())
    older = {wanted: said(find(lived, wanted)) for wanted in SOUGHT[:3]}
    use_restic(monkeypatch, path_of("debian-13"))
    assert {wanted: said(find(lived, wanted)) for wanted in SOUGHT[:3]} == older
