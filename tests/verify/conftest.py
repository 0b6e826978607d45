"""An honest province and its pack, made once; whoever spoils one makes a province of their own."""

from pathlib import Path

import pytest

from tests.verify.small_province import FACILITY, Province, ten_days


@pytest.fixture
def province() -> Province:
    return ten_days()


@pytest.fixture
def honest_pack(province: Province, tmp_path: Path) -> Path:
    return province.export(tmp_path / f"{FACILITY.lower()}.lachan")
