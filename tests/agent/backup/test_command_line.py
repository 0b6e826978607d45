"""`lachan-agent backup` and `restore` as a person and the daemon use them."""

import json
import os
import re
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.config.home import Home, home_at
from demo import ssh_site
from demo.ssh_site import SshSite
from tests.agent.backup.conftest import fill

PAYLOAD = re.compile(rb'"payload":"([A-Za-z0-9+/=]+)"')
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Agent:
    """An agent's home, and its command line as a process of its own."""

    folder: Path
    source: Path
    nas: Path

    @property
    def home(self) -> Home:
        return home_at(self.folder)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "agent.cli", "--home", str(self.folder), *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        )

    def document(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*words, "--json").stdout)
        return found


@pytest.fixture
def agent(tmp_path: Path, site_b: SshSite) -> Agent:
    """An agent that has never backed up, for tests that change something."""
    return configured(tmp_path, site_b)


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """An agent after its first run, shared by the tests that only look."""
    folder = tmp_path_factory.mktemp("facility")
    site = ssh_site.write(folder / "sshd", folder / "elsewhere" / "repository")
    process = ssh_site.start(site)
    one = configured(folder, site)
    assert one.run("backup", "run").returncode == 1  # UNVERIFIED is not good
    yield one
    ssh_site.stop(process)


def configured(folder: Path, site_b: SshSite) -> Agent:
    one = Agent(folder / "home", folder / "share", folder / "nas")
    one.folder.mkdir(mode=0o700)
    one.nas.mkdir()
    fill(one.source, 8)
    one.home.agent_yaml.write_text(
        f"""facility: GL-BVDK
systems: [{{code: FS-01, regime: ND331, level: 3}}]
datasets: [{{name: share, paths: [{one.source}], schedule: "15 */4 * * *", rpo: 8h}}]
sites:
  - {{name: a, kind: local, path: {one.nas}/repository, held_by: owned, address: here}}
  - {{name: b, kind: append_only_ssh, user: {site_b.user}, host: {site_b.host},
      port: {site_b.port}, key_file: {site_b.key_file}, probe_key_file: {site_b.probe_key_file},
      known_hosts_file: {site_b.known_hosts_file}, held_by: hosted, address: there}}
"""
    )
    return one


def test_status_names_both_sites_and_the_most_serious_cause(backed_up: Agent) -> None:
    found = backed_up.document("backup", "status")
    assert found["schema"] == "lachan.backup/1"
    assert found["verdict"] == "DEGRADED"
    (dataset,) = found["datasets"]
    assert (dataset["name"], dataset["cause"], dataset["rpo_seconds"]) == (
        "share",
        "UNVERIFIED",
        28800,
    )
    assert [(site["name"], site["protection"]) for site in dataset["sites"]] == [
        ("a", "none"),
        ("b", "claimed"),
    ]
    assert all(site["snapshot"] and site["age_seconds"] >= 0 for site in dataset["sites"])


def test_an_agent_that_never_ran_is_red_and_says_so(agent: Agent) -> None:
    found = agent.document("backup", "status")
    assert (found["verdict"], found["datasets"][0]["cause"]) == ("RED", "NEVER_RUN")


def test_a_folder_comes_back_from_the_second_site(backed_up: Agent, tmp_path: Path) -> None:
    folder = backed_up.source / "hồ sơ"
    target = tmp_path / "back"
    words = ("restore", "run", str(folder), "--site", "b")
    result = backed_up.run(*words, "--into", str(target))
    assert result.returncode == 0, result.stderr
    restored = {file.name: file.read_bytes() for file in (target / "hồ sơ").iterdir()}
    assert restored == {file.name: file.read_bytes() for file in folder.iterdir()}
    assert not (target / "empty").exists()
    again = backed_up.run(*words, "--into", str(target))
    assert again.returncode == 64
    assert "never writes over anything" in again.stderr


def test_the_whole_dataset_comes_back_after_the_folder_burned(
    backed_up: Agent, tmp_path: Path
) -> None:
    words = ("--dataset", "share", "--site", "a", "--into", str(tmp_path / "back"))
    backed_up.source.rename(tmp_path / "burned")
    found = backed_up.document("restore", "run", *words)
    (tmp_path / "burned").rename(backed_up.source)
    assert (found["files"], (tmp_path / "back" / "empty").exists()) == (9, True)


@pytest.mark.parametrize("inside", ["", "new"])
def test_live_data_is_never_restored_over(backed_up: Agent, inside: str) -> None:
    target = backed_up.source / inside
    words = ("--dataset", "share", "--site", "a", "--into", str(target))
    result = backed_up.run("restore", "run", *words)
    assert result.returncode == 64
    assert "never touches live data" in result.stderr


@pytest.mark.parametrize(
    ("place", "language", "said"),
    [
        ("nas/repository/new", "en", "lies inside the backups of site a"),
        ("nas/repository/data/new", "vi", "nằm trong kho sao lưu của địa điểm a"),
        ("link/new", "en", "lies inside the backups of site a"),
        ("home/new", "en", "lies among the agent's own files"),
        ("home/state/scratch/drill-x", "vi", "nằm giữa các tệp của chính tác tử"),
        ("share/new", "vi", "không bao giờ đụng đến dữ liệu đang dùng"),
        ("elsewhere", "vi", "không bao giờ ghi đè"),
    ],
)
def test_a_restore_goes_only_where_nothing_is_kept(
    backed_up: Agent, tmp_path: Path, place: str, language: str, said: str
) -> None:
    root = backed_up.folder.parent
    (tmp_path / "link").symlink_to(backed_up.nas / "repository")
    target = (tmp_path if place.startswith("link") else root) / place
    before = sorted(root.rglob("*"))
    words = ("--dataset", "share", "--site", "b", "--into", str(target))
    result = backed_up.run("--lang", language, "restore", "run", *words)
    assert result.returncode == 64, result.stderr
    assert said in result.stderr
    assert [path for path in sorted(root.rglob("*")) if path not in before] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--site", "c"), 64),
        (("--site", "a", "--snapshot", "ffffffff"), 1),
        (("--site", "a", "/elsewhere"), 64),
        (("--site", "a", "--at", "1999-01-01T00:00"), 1),
        (("--site", "a", "--at", "when it was good"), 64),
    ],
)
def test_what_is_not_there_is_told(
    backed_up: Agent, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    target = tmp_path / "back"
    result = backed_up.run("restore", "run", "--dataset", "share", *words, "--into", str(target))
    assert result.returncode == code, result.stderr
    assert not target.exists()
    assert "Traceback" not in result.stderr


def test_points_are_listed_for_every_site(backed_up: Agent) -> None:
    found = backed_up.document("backup", "snapshots")
    assert [(one["site"], len(one["points"])) for one in found["sites"]] == [("a", 1), ("b", 1)]


def test_what_is_damaged_is_red_until_it_was_read_and_found_whole(
    agent: Agent, site_b: SshSite
) -> None:
    agent.run("backup", "run")
    pack = largest_pack(site_b.repository)
    whole = pack.read_bytes()
    pack.chmod(0o600)
    pack.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    damaged = agent.run("backup", "verify")
    assert damaged.returncode == 1
    assert "REPOSITORY_DAMAGED" in damaged.stdout
    after = agent.document("backup", "run")["datasets"][0]["sites"]
    assert [(site["verdict"], site["cause"]) for site in after] == [
        ("GREEN", None),
        ("RED", "REPOSITORY_DAMAGED"),
    ]
    pack.write_bytes(whole)
    result = agent.run("backup", "verify", "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    at_a, at_b = found["sites"]
    assert at_b["packs_read_now"] == at_b["packs"] > at_a["packs_read_now"]  # A was read before
    assert [one["bytes_read_within_30_days"] == one["bytes"] > 0 for one in (at_a, at_b)]
    (dataset,) = found["datasets"]
    assert [(site["verdict"], bool(site["verified_at"])) for site in dataset["sites"]] == [
        ("GREEN", True),
        ("GREEN", True),
    ]
    assert dataset["cause"] == "COULD_NOT_LOOK"  # the sites were never compared


def largest_pack(repository: Path) -> Path:
    packs = [file for file in (repository / "data").rglob("*") if file.is_file()]
    return max(packs, key=lambda file: file.stat().st_size)


@pytest.fixture
def command_lines() -> Iterator[set[bytes]]:
    """Every command line and environment that this machine shows while the test runs."""
    seen: set[bytes] = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            for process in Path("/proc").iterdir():
                if process.name.isdigit():
                    seen.update(shown_by(process))

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield seen
    ended.set()
    watcher.join()


def shown_by(process: Path) -> list[bytes]:
    try:
        return [(process / "cmdline").read_bytes(), (process / "environ").read_bytes()]
    except OSError:  # it has ended, or is another user's
        return []


def test_no_password_is_seen_from_outside(agent: Agent, command_lines: set[bytes]) -> None:
    result = agent.run("backup", "run")
    secrets = [
        file.read_bytes().strip() for file in agent.home.secrets.iterdir() if "restic" in file.name
    ]
    assert len(secrets) == 2
    assert any(b"backup" in line and b"--json" in line for line in command_lines)
    said = (result.stdout + result.stderr).encode()
    kept = b"".join(file.read_bytes() for file in agent.home.state_dir.rglob("*") if file.is_file())
    for secret in secrets:
        assert not any(secret in line for line in command_lines)
        assert secret not in said
        assert secret not in kept


def test_names_and_restic_ids_do_not_leave(backed_up: Agent) -> None:
    (dataset,) = backed_up.document("backup", "status")["datasets"]
    files = backed_up.home.state_dir.glob("outbox.sqlite*")
    sealed = b"".join(file.read_bytes() for file in files)
    assert b"vnd.lachan.backup" in sealed
    assert b"vnd.lachan.manifest" in sealed
    payloads = b"".join(b64decode(found) for found in PAYLOAD.findall(sealed))
    assert b'"copies"' in payloads
    for secret in (dataset["sites"][0]["snapshot"], str(backed_up.source), "hồ sơ", "bệnh án"):
        assert secret.encode() not in sealed + payloads
