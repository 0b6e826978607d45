"""Drills with Debian 13's restic: what it brings and what it says of a flipped byte."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.drills import rehearse
from agent.drills.journal import Journal
from agent.drills.rehearse import Setting, Task
from agent.drills.spot import Challenge
from agent.restic.door import Restic
from agent.restic.environment import Workplace
from agent.restic.process import Stopper
from agent.sites.opening import workplace_of
from demo.ssh_site import SshSite
from tests.agent.backup.conftest import Facility, opened_facility
from tests.real.restic_versions import VERSIONS, path_of
from wire.verdicts import Cause, DrillVerdict

NEWER = "debian-13"
NONCE = "c0ffee" * 8
FILES = 13


@pytest.fixture
def facility(tmp_path: Path, site_b: SshSite) -> Iterator[Facility]:
    """So few files that a spot drill asks for each of them."""
    with opened_facility(tmp_path, site_b) as facility:
        yield facility


def workplace(facility: Facility, version: str) -> Workplace:
    return replace(workplace_of(facility.home), path=path_of(version))


def drill(facility: Facility, drill_class: str) -> Journal:
    """From site B."""
    restic = Restic(facility.sites[1].repository, workplace(facility, NEWER), stopper=Stopper())
    setting = Setting(facility.home, restic, facility.records, SystemClock(), os.urandom)
    task = Task(drill_class, facility.dataset.name, Challenge(NONCE, b"k" * 32))
    return rehearse.hold(setting, task).journal


def flip_one_byte(pack: Path) -> None:
    content = bytearray(pack.read_bytes())
    content[len(content) // 3] ^= 0x01
    pack.chmod(0o600)
    pack.write_bytes(content)


@pytest.mark.parametrize("made_by", VERSIONS)
def test_everything_comes_back_whichever_restic_saved_it(facility: Facility, made_by: str) -> None:
    facility.back_up(workplace=workplace(facility, made_by))
    for journal in (drill(facility, "D0"), drill(facility, "D1")):
        assert (journal.verdict, journal.cause) == (DrillVerdict.PASSED, None)
        assert (journal.files, journal.mismatches, journal.unproven) == (FILES, 0, 0)
    assert list(facility.home.scratch.iterdir()) == []


def test_one_flipped_byte_at_the_site_fails_the_drill(facility: Facility, site_b: SshSite) -> None:
    (facility.source / "large.bin").write_bytes(os.urandom(2_000_000))
    facility.back_up(workplace=workplace(facility, NEWER))
    packs = [path for path in (site_b.repository / "data").rglob("*") if path.is_file()]
    flip_one_byte(max(packs, key=lambda pack: pack.stat().st_size))
    for journal in (drill(facility, "D0"), drill(facility, "D1")):
        assert (journal.verdict, journal.cause) == (DrillVerdict.FAILED, Cause.REPOSITORY_DAMAGED)
        assert journal.mismatches >= 1
    assert list(facility.home.scratch.iterdir()) == []
