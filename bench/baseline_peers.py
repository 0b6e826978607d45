"""What bench/baseline.py is measured against: the tools that people would use instead."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

AIDE_PACKAGE = "apt-get install --no-install-recommends aide"
_CACHES = Path("/proc/sys/vm/drop_caches")
_PRINTED = "%p %s %m %U %G %T@ %C@ %i %n\n"
# p mode, i inode, n links, u owner, g group, s size, m mtime, c ctime; and what else is kept
_METADATA = "p+i+n+u+g+s+m+c+acl+xattrs"
_AIDE = """
database_in=file:{folder}/aide.db
database_out=file:{folder}/aide.db.new
gzip_dbout=no
report_url=file:{folder}/aide.report
Looked = {group}
{corpus} Looked
"""


def sha256sum(corpus: Path) -> None:
    _over_files(corpus, ["xargs", "-0", "-P2", "-n", "500", "sha256sum"])


def openssl(corpus: Path) -> None:
    _over_files(corpus, ["xargs", "-0", "-P2", "-n", "50", "openssl", "dgst", "-sha256"])


def cat(corpus: Path) -> None:
    _over_files(corpus, ["xargs", "-0", "-n", "500", "cat"])


def find(corpus: Path) -> None:
    words = ["find", os.fspath(corpus), "-printf", _PRINTED]
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)


def has_aide() -> bool:
    return shutil.which("aide") is not None


def aide_init(corpus: Path, folder: Path, group: str) -> None:
    """`group`: `sha256` for content and metadata, `metadata` for the latter alone."""
    chosen = f"{_METADATA}+sha256" if group == "sha256" else _METADATA
    folder.mkdir(exist_ok=True)
    text = _AIDE.format(folder=folder, corpus=corpus, group=chosen)
    (folder / "aide.conf").write_text(text)
    _aide(folder, "--init", good=(0,))
    (folder / "aide.db.new").replace(folder / "aide.db")


def aide_check(folder: Path) -> None:
    _aide(folder, "--check", good=(0,))


def cold() -> bool:
    """Forget what memory keeps of the disk; false where only root may."""
    if not os.access(_CACHES, os.W_OK):
        return False
    os.sync()
    try:
        _CACHES.write_text("3")
    except OSError:
        return False
    return True


def _aide(folder: Path, what: str, good: tuple[int, ...]) -> None:
    words = ["aide", f"--config={folder}/aide.conf", what]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode not in good:
        sys.exit(f"aide {what} ended with {done.returncode}: {done.stdout!r} {done.stderr!r}")


def _over_files(corpus: Path, words: list[str]) -> None:
    listing = subprocess.Popen(
        ["find", os.fspath(corpus), "-type", "f", "-print0"], stdout=subprocess.PIPE
    )
    subprocess.run(words, stdin=listing.stdout, stdout=subprocess.DEVNULL, check=True)
    listing.communicate()
