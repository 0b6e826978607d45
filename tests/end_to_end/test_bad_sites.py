"""A backup whose site, password, program, disk or source fails: said clearly, nothing lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.programs import Program
from demo.ssh_site import free_port
from tests.end_to_end.province import Province, ask, edit, edit_site, read_configuration
from tests.end_to_end.telling import LANGUAGES, REMEDY, Told, tell

NO_RESTIC = """
import agent.restic.environment as environment
import agent.host.programs as door
environment.Workplace.__init__.__defaults__ = ("/nonexistent", None)
door.PROGRAM_FOLDERS = "/nonexistent"
"""
SMALL_FILES = ("prlimit", "--fsize=3000000")  # restic's temporary files do not fit
_DIRECTORY_RIGHTS = "-dac_override,-dac_read_search"  # what lets root read everything


def copy_of(document: dict[str, Any], site: str) -> dict[str, Any]:
    (dataset,) = document["datasets"]
    found: dict[str, Any] = next(copy for copy in dataset["sites"] if copy["name"] == site)
    return found


def assert_explained(agent: Program, told: Told, cause: str) -> None:
    """The run (in English) and the state after it (in Vietnamese) say why and what to do."""
    assert_says(told, "en", cause)
    assert_says(tell(agent, "backup", "status", "--lang", "vi"), "vi", cause)


def assert_says(told: Told, language: str, cause: str) -> None:
    """The verdict with its cause on the screen, and what to do beside it."""
    assert told.code == 1, told
    assert "Traceback" not in told.err, told.err
    verdict_line = told.out.splitlines()[-1]
    assert cause in verdict_line, told.out
    remedy = told.line(REMEDY[language])
    assert remedy
    assert language != "vi" or not (verdict_line.isascii() or remedy.isascii()), told


def contents(folder: Path) -> set[tuple[str, int]]:
    """Names and sizes below a folder; locks come and go."""
    files = [path for path in folder.rglob("*") if path.is_file() and "locks" not in path.parts]
    return {(str(path.relative_to(folder)), path.stat().st_size) for path in files}


def newest_kinds(agent: Program) -> list[str]:
    _, document = ask(agent, "outbox", "list", "--number", "2")
    return [envelope["kind"] for envelope in document["envelopes"]]


def test_a_wrong_password_is_named_and_nothing_at_the_site_changes(
    backed_up_copy: Program, tmp_path: Path
) -> None:
    assert backed_up_copy.home is not None
    password = backed_up_copy.home / "secrets" / "restic-a.password"
    password.write_text("NOTTHEPASSWORD\n")
    before = contents(tmp_path / "site-a")

    told = tell(backed_up_copy, "backup", "run", "--lang", "en")

    assert_explained(backed_up_copy, told, "BAD_KEY")
    assert contents(tmp_path / "site-a") == before
    assert password.read_text() == "NOTTHEPASSWORD\n"
    assert "backup" in newest_kinds(backed_up_copy)
    _, document = ask(backed_up_copy, "backup", "status")
    assert copy_of(document, "a")["verdict"] == "RED"
    assert copy_of(document, "b")["cause"] == "UNVERIFIED"  # B got its point all the same


def test_a_drill_with_a_wrong_password_does_not_pass(backed_up_copy: Program) -> None:
    assert backed_up_copy.home is not None
    (backed_up_copy.home / "secrets" / "restic-a.password").write_text("NOTTHEPASSWORD\n")

    told, document = ask(backed_up_copy, "drill", "run", "--class", "D0", "--site", "a")

    assert told.code in {1, 2}
    assert (document["verdict"], document["cause"]) == ("FAILED", "BAD_KEY")


@pytest.mark.parametrize("language", LANGUAGES)
def test_missing_restic_is_named_with_the_command_that_installs_it(
    backed_up_copy: Program, language: str
) -> None:
    told = tell(backed_up_copy, "backup", "run", "--lang", language, prelude=NO_RESTIC)

    assert_says(told, language, "RESTIC_MISSING")
    assert "GREEN" not in told.out
    assert "apt" in told.line(REMEDY[language])
    doctor = tell(backed_up_copy, "doctor", "--lang", language, prelude=NO_RESTIC)
    assert doctor.code == 1, doctor
    assert "apt-get install restic" in doctor.out, doctor


def test_site_b_down_leaves_the_point_at_site_a(
    backed_up_copy: Program, province: Province
) -> None:
    edit_site(backed_up_copy, "b", port=free_port())
    _, before = ask(backed_up_copy, "backup", "status")

    told = tell(backed_up_copy, "backup", "run", "--lang", "en")

    assert_explained(backed_up_copy, told, "SITE_UNREACHABLE")
    _, after = ask(backed_up_copy, "backup", "status")
    assert copy_of(after, "a")["snapshot"] != copy_of(before, "a")["snapshot"]
    assert copy_of(after, "b")["snapshot"] == copy_of(before, "b")["snapshot"]
    assert copy_of(after, "b")["cause"] == "SITE_UNREACHABLE"
    edit_site(backed_up_copy, "b", port=province.site.port)  # and it catches up by itself
    _, mended = ask(backed_up_copy, "backup", "run")
    assert copy_of(mended, "b")["cause"] == "UNVERIFIED"


def test_a_drill_from_a_site_that_is_down_is_not_conclusive(backed_up_copy: Program) -> None:
    edit_site(backed_up_copy, "b", port=free_port())

    told, document = ask(backed_up_copy, "drill", "run", "--class", "D0", "--site", "b")

    assert told.code == 2
    assert (document["verdict"], document["cause"]) == ("INCONCLUSIVE", "SITE_UNREACHABLE")


def test_a_full_disk_at_site_a_keeps_what_it_held(backed_up_copy: Program, tmp_path: Path) -> None:
    assert backed_up_copy.home is not None
    edit(backed_up_copy, datasets=_with_random_data(backed_up_copy, tmp_path / "much"))
    words, cause = _small_disk(tmp_path / "site-a")

    told = tell(backed_up_copy, "backup", "run", "--lang", "en", before=words)

    assert_explained(backed_up_copy, told, cause)
    _, document = ask(backed_up_copy, "backup", "status")
    assert copy_of(document, "a")["verdict"] != "GREEN"
    assert copy_of(document, "a")["cause"] == cause
    assert copy_of(document, "a")["snapshot"] is not None


def _with_random_data(agent: Program, folder: Path) -> list[dict[str, Any]]:
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.bin").write_bytes(os.urandom(2**21))
    (dataset,) = read_configuration(agent)["datasets"]
    return [{**dataset, "paths": [*dataset["paths"], str(folder)]}]


def _small_disk(site: Path) -> tuple[Sequence[str], str]:
    """Words that run a program beside a site on a tiny disk of its own, which ends with it.

    Where no mount is allowed, no file may become large: then this host's own disk is full.
    """
    script = (
        'set -e; mkdir "$1.kept"; cp -a "$1/." "$1.kept"; mount -t tmpfs -o size=3m tmpfs "$1";'
        'cp -a "$1.kept/." "$1"; shift; exec "$@"'
    )
    for flags in (("--mount",), ("--user", "--map-root-user", "--mount")):
        allowed = ["unshare", *flags, "mount", "-t", "tmpfs", "tmpfs", str(site)]
        if subprocess.run(allowed, capture_output=True, check=False).returncode == 0:
            return ("unshare", *flags, "sh", "-c", script, "sh", str(site)), "DISK_FULL"
    return SMALL_FILES, "NO_SPACE"


@contextmanager
def locked_folder(share: Path) -> Iterator[Sequence[str]]:
    """A folder that nobody may enter, and the words that take root's own way in away."""
    locked = share / "khóa"
    locked.mkdir()
    (locked / "bệnh án.txt").write_text("x")
    locked.chmod(0)
    drop = (f"--bounding-set={_DIRECTORY_RIGHTS}", f"--inh-caps={_DIRECTORY_RIGHTS}")
    yield ("setpriv", *drop) if os.geteuid() == 0 else ()
    locked.chmod(0o700)
    shutil.rmtree(locked)


def test_a_folder_that_cannot_be_read_is_named(backed_up_copy: Program, province: Province) -> None:
    with locked_folder(province.stage.share) as before:
        told = tell(backed_up_copy, "backup", "run", "--lang", "en", before=before)
        integrity = ("integrity", "--lang", "vi")
        taken = tell(backed_up_copy, *integrity, "baseline", "--again", before=before)
        look = tell(backed_up_copy, *integrity, "scan", before=before)

    assert_explained(backed_up_copy, told, "SOURCE_UNREADABLE")
    assert "khóa" in told.err
    assert (taken.code, look.code) == (2, 2), (taken, look)
    assert "khóa" in look.err


def test_a_full_disk_here_is_not_called_the_sites(backed_up_copy: Program, tmp_path: Path) -> None:
    edit(backed_up_copy, datasets=_with_random_data(backed_up_copy, tmp_path / "much"))

    told = tell(backed_up_copy, "backup", "run", "--lang", "en", before=SMALL_FILES)

    assert_explained(backed_up_copy, told, "NO_SPACE")
