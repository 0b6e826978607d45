"""The province that the tests of one worker share, and fresh agents where a test breaks things."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.programs import Program
from tests.end_to_end.province import Province, edit_site, open_province


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    opened = open_province(tmp_path_factory.mktemp("province"))
    yield opened
    opened.stage.close()


@pytest.fixture
def agent(province: Province, tmp_path: Path) -> Program:
    """An agent that has its configuration and nothing else: not joined, nothing backed up."""
    return province.configure(tmp_path / "agent", tmp_path / "site-a")


@pytest.fixture
def joined(province: Province, agent: Program) -> Program:
    """An agent of its own that has joined, with its opening and first statements acknowledged."""
    agent.run("join", text=province.new_token())
    return agent


@pytest.fixture(scope="session")
def backed_up(province: Province) -> Program:
    """The province's first agent, which has looked and backed up once. Never change it."""
    stage = province.stage
    for number in range(12):
        (stage.share / f"công văn {number:02}.txt").write_text(f"Công văn số {number}\n" * 50)
    agent = province.configure(stage.home / "first" / "agent", stage.site_a)
    agent.run("join", text=province.new_token())
    agent.run("check", expect=(1, 2))
    agent.run("integrity", "baseline")
    agent.run("backup", "run", expect=(1,))
    return agent


@pytest.fixture
def backed_up_copy(backed_up: Program, province: Province, tmp_path: Path) -> Program:
    """The same agent as it was after its backup, on a home and a site A of its own."""
    assert backed_up.home is not None
    shutil.copytree(backed_up.home, tmp_path / "agent", symlinks=True)
    shutil.copytree(province.stage.site_a, tmp_path / "site-a", symlinks=True)
    copy = Program("lachan-agent", tmp_path / "agent")
    edit_site(copy, "a", path=str(tmp_path / "site-a"))
    return copy
