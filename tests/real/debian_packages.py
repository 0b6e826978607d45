"""Packages that dpkg-deb builds and dpkg installs, into a root of their own: no change here."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/nonexistent",
}
_FORCED = ("--force-not-root", "--force-script-chrootless", "--force-confnew", "--force-unsafe-io")
_CONTROL = """\
Package: {name}
Version: {version}
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: made by a test
"""
Content = bytes | Path  # of a file, or where a link leads


def build(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, Content],
    conffiles: Sequence[str] = (),
    scripts: Mapping[str, str] | None = None,
) -> Path:
    """A package as a file; dpkg writes its sums itself where it brings none."""
    tree = folder / f"{name}_{version}"
    for path, content in files.items():
        place = tree / path.removeprefix("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            place.symlink_to(content)
        else:
            place.write_bytes(content)
            place.chmod(0o644)
    control = tree / "DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(_CONTROL.format(name=name, version=version))
    if conffiles:
        (control / "conffiles").write_text("".join(f"{path}\n" for path in conffiles))
    for script, text in (scripts or {}).items():
        (control / script).write_text(text)
        (control / script).chmod(0o755)
    for entry in (tree, *tree.rglob("*")):
        if entry.is_dir():
            entry.chmod(0o755)
    made = folder / f"{name}_{version}.deb"
    _run("dpkg-deb", "-Znone", "--root-owner-group", "--build", str(tree), str(made))
    shutil.rmtree(tree)
    return made


@dataclass(frozen=True)
class DebianRoot:
    """A machine's files below a folder, with dpkg's records of them."""

    path: Path

    def install(self, *packages: Path) -> None:
        self._dpkg("--install", *map(str, packages))

    def remove(self, *names: str) -> None:
        self._dpkg("--remove", *names)

    def _dpkg(self, *arguments: str) -> None:
        log = f"--log={self.path}/var/log/dpkg.log"
        _run("dpkg", f"--root={self.path}", log, *_FORCED, *arguments)


def empty_root(path: Path) -> DebianRoot:
    """Nothing is installed yet."""
    for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log", "usr/bin", "etc"):
        (path / folder).mkdir(parents=True)
    for file in ("status", "available"):
        (path / "var/lib/dpkg" / file).touch()
    return DebianRoot(path)


def _run(*argv: str) -> None:
    done = subprocess.run(
        argv,
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise RuntimeError(f"{argv[0]}: {done.stderr}")
