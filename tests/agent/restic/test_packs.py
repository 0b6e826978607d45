"""Packs of real repositories: sizes from the index, and reading one of them."""

import os
from pathlib import Path

import pytest

from agent.restic import packs, saving
from agent.restic.door import Restic
from agent.restic.environment import Repository, Workplace
from agent.restic.errors import ResticError
from tests.real.light_repositories import Born
from tests.real.restic_versions import VERSIONS, path_of
from wire.verdicts import Cause


@pytest.fixture(scope="module", params=VERSIONS)
def filled(
    pair: Born, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Restic:
    folder = tmp_path_factory.mktemp("packs")
    (folder / "share").mkdir()
    for number in range(3):
        (folder / "share" / f"{number}.bin").write_bytes(os.urandom(3_000_000))
    repository = Repository("a", str(folder / "a"), pair.folder / "a.password")
    restic = Restic(repository, Workplace(folder / "work", path=path_of(request.param)))
    _copy(pair.repository("a"), folder / "a")
    saving.save(restic, saving.Sources(folder / "share", (".",), "h", ()))
    return restic


def _copy(source: Path, target: Path) -> None:
    for file in source.rglob("*"):
        if file.is_file():
            (target / file.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            (target / file.relative_to(source)).write_bytes(file.read_bytes())
    for name in ("data", "index", "locks", "snapshots"):
        (target / name).mkdir(exist_ok=True)


def on_disk(restic: Restic) -> dict[str, Path]:
    return {path.name: path for path in (Path(restic.repository.address) / "data").glob("*/*")}


def test_the_index_tells_how_large_the_packs_are(filled: Restic) -> None:
    found: dict[str, int] = {}
    for index in packs.indexes(filled):
        found |= packs.sizes(filled, index)
    assert set(found) == set(packs.listed(filled)) == set(on_disk(filled))
    for name, file in on_disk(filled).items():
        assert found[name] == pytest.approx(file.stat().st_size, rel=0.01, abs=20)


def test_a_pack_that_is_as_it_was_is_read(filled: Restic) -> None:
    for name, file in on_disk(filled).items():
        assert packs.read(filled, name) == file.stat().st_size


def test_a_pack_with_another_byte_is_damaged_though_restic_ends_well(filled: Restic) -> None:
    name, file = max(on_disk(filled).items(), key=lambda one: one[1].stat().st_size)
    before = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(before[:1000] + bytes([before[1000] ^ 1]) + before[1001:])
    try:
        with pytest.raises(ResticError) as caught:
            packs.read(filled, name)
        assert caught.value.cause is Cause.REPOSITORY_DAMAGED
    finally:
        file.write_bytes(before)


def test_a_pack_that_is_gone_is_no_read_pack(filled: Restic) -> None:
    with pytest.raises(ResticError):
        packs.read(filled, "0" * 64)
