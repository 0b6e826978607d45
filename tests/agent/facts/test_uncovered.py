"""What lies outside the datasets is measured by the real du(1)."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from agent.config.home import home_at
from agent.errors import UnreadableFactError
from agent.facts import uncovered
from agent.host import LocalHost

CONFIGURATION = """
datasets: [{{name: his, paths: [{folder}/his], schedule: "0 1 * * *", rpo: 8h}}]
"""


class HostWithVanishingFiles(LocalHost):
    """du(1) complains once that files were deleted meanwhile."""

    complaint = "exit 1: du: cannot access 'a': No such file or directory"

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        if "du" in argv and 1 not in accept:
            raise UnreadableFactError("du", "failed", self.complaint)
        return super().run(argv, timeout_s, accept=accept)


class HostThatRefuses(HostWithVanishingFiles):
    complaint = (
        f"{HostWithVanishingFiles.complaint}\ndu: cannot read directory 'b': Permission denied"
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, kib in (("his", 4096), ("pacs", 4096), ("small", 4)):
        (tmp_path / "srv" / name).mkdir(parents=True)
        (tmp_path / "srv" / name / "a").write_bytes(b"x" * kib * 1024)
    home = tmp_path / "home"
    home.mkdir()
    (home / "agent.yaml").write_text(CONFIGURATION.format(folder=tmp_path / "srv"))
    monkeypatch.setattr(uncovered, "ROOTS", (str(tmp_path / "srv"),))
    monkeypatch.setattr(uncovered, "ABOVE", (str(tmp_path),))
    monkeypatch.setattr(uncovered, "DATABASES", ())
    monkeypatch.setattr(uncovered, "LEAST_KIB", 1024)
    return tmp_path


def test_only_what_is_large_and_outside_is_told(folder: Path) -> None:
    found = uncovered.collect(LocalHost(home=home_at(folder / "home")))
    assert [place.split()[0] for place in found.places] == [str(folder / "srv/pacs")]
    assert found.total == 1


def test_a_large_folder_beside_the_usual_roots_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    not_here = tuple(place for place in uncovered.OF_THE_SYSTEM if place != "/tmp")  # noqa: S108 - where tests are
    monkeypatch.setattr(uncovered, "OF_THE_SYSTEM", not_here)
    (folder / "hisdata" / "a").mkdir(parents=True)
    (folder / "hisdata" / "a" / "b").write_bytes(b"x" * 2048 * 1024)
    found = uncovered.collect(LocalHost(home=home_at(folder / "home")))
    assert [place.split()[0] for place in found.places] == [
        str(folder / "srv/pacs"),
        str(folder / "hisdata"),
    ]


def test_files_that_vanish_meanwhile_are_no_hindrance(folder: Path) -> None:
    assert uncovered.collect(HostWithVanishingFiles(home=home_at(folder / "home"))).total == 1


def test_a_folder_that_cannot_be_entered_is_one(folder: Path) -> None:
    with pytest.raises(UnreadableFactError):
        uncovered.collect(HostThatRefuses(home=home_at(folder / "home")))
