"""Started as root, the demonstration runs itself as an ordinary user."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

NOBODY = 65534  # Debian's nobody and nogroup: they own nothing
_ROOT = Path(__file__).parents[1]
_CODE = ("wire", "compliance", "recovery", "texts", "agent", "controller", "verify", "demo")
_ANYONE_ENTERS = 0o005
_DATA = ("policies", "playbooks", "deploy", "pyproject.toml")


def run_again(arguments: Iterable[str]) -> int:
    """Run the same demonstration as nobody and return its exit code; its home is removed after."""
    home = Path(tempfile.mkdtemp(prefix="lachan-demo."))
    try:
        root = _ROOT if _readable(_ROOT) else _copied(home / "program")
        os.chown(home, NOBODY, NOBODY)  # last: as root we write into no folder of somebody else's
        return _wait_for(_start(root, home, arguments))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _as_nobody(words: list[str], root: Path, home: Path) -> subprocess.Popen[bytes]:
    kept = {k: v for k, v in os.environ.items() if k in ("LANG", "LANGUAGE", "TERM", "NO_COLOR")}
    environment = kept | {"HOME": str(home), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return subprocess.Popen(
        words,
        cwd=root,
        env=environment,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        umask=0o077,
    )


def _start(root: Path, home: Path, arguments: Iterable[str]) -> subprocess.Popen[bytes]:
    python = str(root / ".venv/bin/python")
    return _as_nobody([python, "-m", "demo", "--home", str(home), *arguments], root, home)


def _wait_for(child: subprocess.Popen[bytes]) -> int:
    """Ctrl-C reaches the child by the terminal itself; a TERM or HUP is handed on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _frame: child.send_signal(number))
    return child.wait()


def _readable(root: Path) -> bool:
    """Whether nobody can load the program where it lies (a clone below /root cannot be read)."""
    if not _reachable(root) or not _reachable(Path(sys.prefix)):
        return False
    return _as_nobody_can_import(root)


def _reachable(path: Path) -> bool:
    modes = (folder.stat().st_mode & _ANYONE_ENTERS for folder in (path, *path.parents))
    return all(mode == _ANYONE_ENTERS for mode in modes)


def _as_nobody_can_import(root: Path) -> bool:
    python = str(root / ".venv/bin/python")
    return _as_nobody([python, "-c", "import demo, agent, msgspec"], root, root).wait() == 0


def _copied(target: Path) -> Path:
    """A readable copy of program and environment; its editable link points to the copy."""
    target.mkdir(mode=0o755)
    for name in (*_CODE, *_DATA):
        if (_ROOT / name).exists():
            _copy(_ROOT / name, target / name)
    _copy(_ROOT / ".venv", target / ".venv")
    for link in (target / ".venv").glob("lib/python*/site-packages/*lachan*.pth"):
        text = link.read_text().replace(str(_ROOT), str(target))
        link.unlink()
        link.write_text(text)
    subprocess.run(["chmod", "-R", "a+rX", str(target)], check=True)
    return target


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)
