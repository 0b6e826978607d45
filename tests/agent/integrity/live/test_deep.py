"""What lies deeper than 4,096 bytes of path: no overflow, no end, and a gap for nobody else."""

import os
import shutil

from agent.integrity.change import Kind
from tests.agent.integrity.live.conftest import World

_LEVELS, _NAME = 24, "d" * 200


def test_what_happens_too_deep_to_be_named_disturbs_nothing(world: World) -> None:
    folder = os.open(world.share, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for _ in range(_LEVELS):
            os.mkdir(_NAME, dir_fd=folder)
            inner = os.open(_NAME, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
            os.close(folder)
            folder = inner
        world.until_told((Kind.ADDED, _NAME))
        for number in range(20):
            file = os.open(f"f{number}", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
            os.write(file, b"x")
            os.close(file)
        (world.share / "beside").write_text("x")
        world.until_told((Kind.ADDED, "beside"))
        assert not world.keeper.gaps
        assert not world.reporter.troubles
        assert not [one for one in world.parts.ways.limits() if "most" in one.parameters]
    finally:
        os.close(folder)
        shutil.rmtree(world.share / _NAME)
