"""What one site has lost comes back from the other, and is read again; or it is said."""

import json
from pathlib import Path

from agent.backup.naming import is_data_of
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.environment import Repository, Workplace
from demo.ssh_site import SshSite
from tests.agent.backup.test_command_line import Agent, configured
from tests.agent.backup.test_losses import agent, state_of_a

__all__ = ["agent"]
DAMAGED = ("RED", "REPOSITORY_DAMAGED")


def packs(repository: Path) -> list[Path]:
    return sorted((repository / "data").glob("??/" + "[0-9a-f]" * 64))


def largest(repository: Path) -> Path:
    """The pack with the files' contents."""
    return max(packs(repository), key=lambda pack: pack.stat().st_size)


def flip(pack: Path) -> None:
    raw = bytearray(pack.read_bytes())
    raw[40] ^= 0x55
    pack.chmod(0o600)
    pack.write_bytes(raw)


def two_sites(agent: Agent) -> Path:
    """Repository A of an agent whose oldest point holds what the live source no longer has."""
    old = agent.source / "only-in-the-past.bin"
    old.write_bytes(bytes(range(256)) * 400)
    agent.run("backup", "run")
    old.unlink()
    agent.run("backup", "run")
    return agent.nas / "repository"


def test_a_bad_pack_is_replaced_from_the_other_site_and_kept_as_evidence(agent: Agent) -> None:
    repository = two_sites(agent)
    bad = largest(repository)
    flip(bad)
    verified = agent.run("backup", "verify", "--site", "a", "--all", "--json")
    (site,) = json.loads(verified.stdout)["sites"]
    assert site["cause"] is None
    assert not bad.exists()
    kept = list(agent.home.state_dir.glob(f"evidence/a/*/{bad.name}"))
    assert len(kept) == 1
    assert list(kept[0].parent.glob("snapshots/*"))
    assert state_of_a(agent, "run")[0] == "GREEN"
    assert "only-in-the-past.bin" in restored_oldest(agent, repository)


def restored_oldest(agent: Agent, repository: Path) -> set[str]:
    """The names of the files that come back of A's first point."""
    password = agent.home.secrets / "restic-a.password"
    restic = Restic(Repository("a", str(repository), password), Workplace(agent.nas / "work"))
    points = [one for one in reading.snapshots(restic) if is_data_of(one, "share")]
    oldest = min(points, key=lambda one: one.at)
    reading.restore(restic, oldest.id, agent.nas / "back")
    return {file.name for file in (agent.nas / "back").rglob("*")}


def test_where_no_other_site_has_it_the_damage_stands(agent: Agent) -> None:
    repository = two_sites(agent)
    other = agent.nas.parent / "other" / "repository"
    flip(largest(repository))
    flip(largest(other))
    for _ in range(2):
        agent.run("backup", "verify", "--all")
    assert state_of_a(agent, "status") == DAMAGED


def test_a_lost_index_is_made_again_from_the_packs(agent: Agent) -> None:
    repository = two_sites(agent)
    before = packs(repository)
    for index in (repository / "index").iterdir():
        index.unlink()
    agent.run("backup", "verify", "--site", "a", "--all")
    assert set(before) <= set(packs(repository))
    assert state_of_a(agent, "run")[0] == "GREEN"


def test_a_bad_pack_where_only_the_site_itself_may_move_it_is_told_with_the_command(
    tmp_path: Path, site_b: SshSite
) -> None:
    agent = configured(tmp_path, site_b)
    agent.run("backup", "run")
    bad = largest(site_b.repository)
    flip(bad)
    verified = agent.run("backup", "verify", "--site", "b", "--all")
    assert verified.returncode == 1
    assert f"move data/{bad.name[:2]}/{bad.name} out of the repository" in verified.stderr
    assert bad.exists()
    assert agent.document("backup", "status")["datasets"][0]["sites"][1]["cause"] == (
        "REPOSITORY_DAMAGED"
    )
