"""What the command line leaves behind: no open file, no secret where others can read it."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from demo.programs import invocation
from tests.agent.uplink.stand_in import SECRET, StandIn
from wire.errors import USAGE

COMMANDS = (
    ("status",),
    ("doctor",),
    ("config", "validate"),
    ("check",),
    ("integrity", "baseline"),
    ("integrity", "scan"),
    ("backup", "run"),
    ("backup", "status"),
    ("drill", "run", "--class", "D1", "--site", "a"),
    ("site", "probe"),
    ("outbox", "list"),
)


def agent(
    home: Path, *words: str, said: str = "", umask: int = 0o022
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*invocation("lachan-agent"), "--home", str(home), *words],
        input=said,
        capture_output=True,
        text=True,
        check=False,
        umask=umask,
        timeout=120,
    )


def open_to_others(folder: Path) -> list[str]:
    """Everything that somebody else on this machine could read or change below a folder."""
    found = []
    for place, folders, files in os.walk(folder):
        if Path(place).stat().st_mode & 0o077:
            found += [f"{place} {Path(place).stat().st_mode:o}"]
            found += [f"{place}/{name}" for name in files if _open(Path(place, name))]
        else:
            folders.clear()  # nobody else gets in here
    return found


def _open(file: Path) -> bool:
    status = file.lstat()
    return stat.S_ISREG(status.st_mode) and bool(status.st_mode & 0o044)


def loose_secrets(folder: Path) -> list[str]:
    """Secrets that are not 0600 in a folder that is not 0700."""
    modes = {str(file): file.stat().st_mode & 0o777 for file in folder.iterdir()}
    loose = [f"{file} {mode:o}" for file, mode in modes.items() if mode != 0o600]
    return loose if folder.stat().st_mode & 0o777 == 0o700 else [str(folder), *loose]


def test_no_command_leaves_anything_open_to_others_even_without_a_umask(
    tmp_path: Path, controller: StandIn
) -> None:
    home, share = tmp_path / "home", tmp_path / "share"
    (tmp_path / "nas").mkdir()
    share.mkdir()
    for number in range(3):
        (share / f"{number}.txt").write_text("x" * 100)
    home.mkdir(mode=0o755)
    (home / "agent.yaml").write_text(
        f"facility: GL-BVDK\n"
        f"systems: [{{code: FS-01, regime: ND331, level: 3}}]\n"
        f"integrity: [{{path: {share}}}]\n"
        f"datasets: [{{name: share, paths: [{share}], schedule: '0 * * * *', rpo: 8h}}]\n"
        f"sites: [{{name: a, kind: local, path: {tmp_path}/nas/repository, held_by: owned}}]\n"
    )
    joined = agent(home, "join", said=controller.token(), umask=0)
    assert joined.returncode == 0, joined.stderr
    for words in COMMANDS:
        done = agent(home, *words, umask=0)
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert done.returncode in {0, 1, 2}, (words, done.stderr)
        assert loose_secrets(home / "secrets") == [], words
        assert open_to_others(home / "state") == [], words


@pytest.mark.parametrize("place", ["first", "after an option"])
def test_a_token_as_an_argument_is_refused_and_never_repeated(
    tmp_path: Path, controller: StandIn, place: str
) -> None:
    token = controller.token()
    words = ("join", token) if place == "first" else ("--json", "join", token)
    done = agent(tmp_path, *words)
    assert done.returncode == USAGE
    assert token not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert not controller.agents


def test_a_token_in_a_file_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    """Whoever names the wrong file must not see its content in a log."""
    file = tmp_path / "private"
    file.write_text("LACHAN1.a-secret-of-somebody")
    done = agent(tmp_path, "join", "--token-file", str(file))
    assert done.returncode == USAGE
    assert "secret-of-somebody" not in done.stdout + done.stderr
