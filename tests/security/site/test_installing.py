"""What docs/site-b.md says about the janitor is what works: its file, its units, its cron line."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.sites.janitor.store import Store, new_store

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "site-b.md").read_text()
SECTION = PAGE.split("## The janitor of the site")[1].split("\n## ")[0]
SERVICE = ROOT / "deploy" / "site" / "lachan-janitor@.service"
TIMER = ROOT / "deploy" / "site" / "lachan-janitor@.timer"
EXPOSURE_AT_MOST = 15  # tenths; systemd calls up to 20 safe


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one file, as the page has it made."""
    file = tmp_path_factory.mktemp("packed") / "lachan-janitor.pyz"
    subprocess.run([sys.executable, ROOT / "script" / "janitor-file", file], check=True)
    return file


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def commands() -> list[list[str]]:
    """The lines of the page's first block."""
    (block, *_) = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    return [shlex.split(line) for line in block.splitlines()]


def placed(words: list[str], root: Path) -> list[str]:
    """The same command below another root, as a user who may not give files away."""
    kept = [word for word in words if word not in ("-o", "-g", "lachan", "root")]
    return [f"{root}{word}" if word.startswith("/") else word for word in kept]


def test_the_pages_commands_install_all_that_is_named(packed: Path, tmp_path: Path) -> None:
    root = tmp_path / "site"
    for folder in ("srv/lachan", "usr/local/lib", "etc/systemd/system"):
        (root / folder).mkdir(parents=True)
    for words in commands():
        if words[0] == "install":
            argv = [str(packed) if word == packed.name else word for word in placed(words, root)]
            subprocess.run(argv, check=True, cwd=ROOT)
    program = root / "usr/local/lib/lachan-janitor.pyz"
    assert program.read_bytes() == packed.read_bytes()
    assert (root / "srv/lachan/FS-01.janitor").stat().st_mode & 0o777 == 0o700
    units = {unit.name for unit in (root / "etc/systemd/system").iterdir()}
    assert units == {SERVICE.name, TIMER.name}
    assert ["systemctl", "enable", "--now", "lachan-janitor@FS-01.timer"] in commands()


@pytest.mark.parametrize("where", ["unit", "cron"])
def test_the_line_that_starts_it_works_without_anything_installed(
    packed: Path, store: Store, tmp_path: Path, where: str
) -> None:
    (line,) = (
        re.findall(r"^ExecStart=(.*)$", SERVICE.read_text(), re.MULTILINE)
        if where == "unit"
        else re.findall(r"^\* \* \* \* \* (.*)$", SECTION, re.MULTILINE)
    )
    line = line.replace("%i", "FS-01").replace("/srv/lachan", str(store.repository.parent))
    argv = shlex.split(line.replace("/usr/local/lib/lachan-janitor.pyz", str(packed)))
    done = subprocess.run(
        argv, cwd=tmp_path, capture_output=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    store.add("snapshots", b"x", "not-an-id")
    done = subprocess.run(
        argv, cwd=tmp_path, capture_output=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 1
    assert store.reasons() == ["unknown_name"]


def test_the_same_sources_give_the_same_file(packed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pyz"
    subprocess.run([sys.executable, ROOT / "script" / "janitor-file", again], check=True)
    assert again.read_bytes() == packed.read_bytes()


def test_the_service_is_shut_in(tmp_path: Path) -> None:
    unit = tmp_path / "lachan-janitor@FS-01.service"
    unit.write_text(SERVICE.read_text())
    argv = [
        *("systemd-analyze", "security"),
        "--offline=true",
        f"--threshold={EXPOSURE_AT_MOST}",
        str(unit),
    ]
    done = subprocess.run(argv, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


def test_the_units_are_read_without_complaint() -> None:
    text = SERVICE.read_text() + TIMER.read_text()
    assert "SuccessExitStatus=1" in text
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", SERVICE, TIMER],
        capture_output=True, check=False,
    )  # fmt: skip
    assert b"lachan-janitor" not in done.stderr.replace(b"/usr/local/lib/lachan-janitor.pyz", b"")


def test_one_folder_is_writable_so_that_renames_work() -> None:
    """Two writable paths would be two mounts, and no rename leads from one to the other."""
    assert re.findall(r"^ReadWritePaths=(.*)$", SERVICE.read_text(), re.MULTILINE) == [
        "/srv/lachan"
    ]
