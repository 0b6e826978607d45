"""The light key of a repository at a folder: restic itself opens it, and nothing else changes."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.backup import passwords
from agent.backup.light_key import lighten
from agent.restic import key_object, reading, saving
from agent.restic.door import Restic
from agent.restic.environment import Repository, Workplace
from agent.restic.rclone_objects import RcloneObjects
from demo.ssh_site import SshSite
from tests.agent.backup.conftest import Facility
from tests.real.restic_versions import VERSIONS, path_of
from wire.verdicts import Cause


@pytest.fixture(scope="module", params=VERSIONS)
def fresh(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Restic:
    """A repository as restic itself makes it."""
    folder = tmp_path_factory.mktemp("repository")
    passwords.make(folder / "password", os.urandom)
    repository = Repository("a", str(folder / "a"), folder / "password")
    restic = Restic(repository, Workplace(folder / "work", path=path_of(request.param)))
    saving.init(restic)
    return restic


def test_the_light_key_is_the_only_one_and_opens_the_same_repository(fresh: Restic) -> None:
    folder = Path(fresh.repository.address)
    (heavy,) = (folder / "keys").iterdir()
    before = json.loads(heavy.read_bytes())
    known = reading.config(fresh)
    assert lighten(fresh, folder, os.urandom)
    (light,) = (folder / "keys").iterdir()
    after = json.loads(light.read_bytes())
    assert light.name == key_object.name_of(light.read_bytes())
    assert after["N"] < before["N"]
    assert {key: after[key] for key in ("username", "hostname", "created")} == {
        key: before[key] for key in ("username", "hostname", "created")
    }
    assert light.stat().st_mode == heavy_mode(folder)
    assert reading.config(fresh) == known
    assert sorted(path.name for path in folder.iterdir()) == LAYOUT


LAYOUT = ["config", "data", "index", "keys", "locks", "snapshots"]


def heavy_mode(folder: Path) -> int:
    return (folder / "config").stat().st_mode


def test_a_password_that_does_not_open_it_leaves_the_key_as_it_is(
    fresh: Restic, tmp_path: Path
) -> None:
    folder = Path(fresh.repository.address)
    before = {path.name: path.read_bytes() for path in (folder / "keys").iterdir()}
    other = tmp_path / "password"
    other.write_text("another\n")
    assert not lighten(
        Restic(Repository("a", str(folder), other), fresh.workplace), folder, os.urandom
    )
    assert {path.name: path.read_bytes() for path in (folder / "keys").iterdir()} == before


def test_a_key_that_restic_does_not_take_gives_way_to_the_old_one(
    fresh: Restic, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(fresh.repository.address)
    before = {path.name: path.read_bytes() for path in (folder / "keys").iterdir()}
    monkeypatch.setattr(key_object, "light", lambda *_: b"{}")
    assert not lighten(fresh, folder, os.urandom)
    assert {path.name: path.read_bytes() for path in (folder / "keys").iterdir()} == before
    assert reading.config(fresh)


def test_each_repository_that_the_agent_makes_has_one_light_key(
    new_facility: Facility, site_b: SshSite
) -> None:
    new_facility.back_up()
    for folder in (new_facility.path_a, site_b.repository):
        (key,) = (folder / "keys").iterdir()
        assert json.loads(key.read_bytes())["N"] == 1024
    assert not list(new_facility.home.state_dir.glob("restic/birth/*"))


def test_a_birth_that_was_cut_brings_the_same_key_again(
    new_facility: Facility, site_b: SshSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = RcloneObjects.add

    def hangs_up(objects: RcloneObjects, name: str, content: bytes) -> bool:
        if name == "config":
            raise ValueError("the other end has hung up")
        return add(objects, name, content)

    with monkeypatch.context() as cut:
        cut.setattr(RcloneObjects, "add", hangs_up)
        assert new_facility.back_up().sites[1].cause is Cause.SITE_UNREACHABLE
    (key,) = (site_b.repository / "keys").iterdir()
    assert not (site_b.repository / "config").exists()
    assert new_facility.back_up().sites[1].cause is None
    assert [file.name for file in (site_b.repository / "keys").iterdir()] == [key.name]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_key_object_or_the_documented_error(raw: bytes) -> None:
    with pytest.raises(key_object.KeyObjectError):
        key_object.light(raw, b"password", os.urandom)


@given(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(("created", "username", "hostname"), st.text(max_size=3)),
            "kdf": st.just("scrypt"),
            **dict.fromkeys(("N", "r", "p"), st.integers(-2, 70)),
            **dict.fromkeys(("salt", "data"), st.text("QUJ=+?", max_size=80)),
        }
    )
)
def test_any_parameters_are_a_key_object_or_the_documented_error(
    document: dict[str, object],
) -> None:
    with pytest.raises(key_object.KeyObjectError):
        key_object.light(json.dumps(document).encode(), b"password", os.urandom)
