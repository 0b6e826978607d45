"""A repository in a folder, and restic at it."""

import os
from pathlib import Path

import pytest

from agent.backup import passwords
from agent.restic import saving
from agent.restic.door import Restic
from agent.restic.environment import PATH, Repository, Workplace
from agent.restic.process import Grace
from tests.real.restic_versions import VERSIONS, path_of


@pytest.fixture(params=VERSIONS)
def restic(tmp_path: Path, request: pytest.FixtureRequest) -> Restic:
    """Restic, of each real version, at a place where no repository is yet."""
    password = tmp_path / "password"
    passwords.make(password, os.urandom)
    repository = Repository("a", str(tmp_path / "repository"), password)
    return Restic(
        repository, Workplace(tmp_path / "work", path=path_of(request.param)), grace=Grace(5.0, 2.0)
    )


@pytest.fixture
def with_repository(restic: Restic) -> Restic:
    saving.init(restic)
    return restic


def impostor(folder: Path, script: str) -> str:
    """A program named restic, and a PATH on which it is found first."""
    folder.mkdir(exist_ok=True)
    program = folder / "restic"
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:{PATH}"


def sources(folder: Path) -> saving.Sources:
    return saving.Sources(folder, (".",), "fs-01", ("test",))
