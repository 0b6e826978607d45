"""How much of what a cut run had stored is used again, at A and at append-only B.

A backup of 500 MB is cut at half: restic is killed at A; then, while it copies to B, restic, ssh,
or the site's sshd. The next run (or the same one, where only the link broke) must not send again
what was there.

    python bench/resume.py [--megabytes 500] [--version debian-12] [--version debian-13]

Figures to reach: 85 % of the stored bytes used again at A, 80 % at B.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.backup.verification import resuming
from agent.restic import children, proc
from agent.restic.checking import structure
from bench.two_sites import VERSIONS, TwoSites, fill, stored_bytes, two_sites

LIMITS = {"a": 0.85, "b": 0.80}
_PATIENCE_S = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--version", action="append", choices=tuple(VERSIONS))
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    good = True
    for version in arguments.version or tuple(VERSIONS):
        for site, cut in CUTS:
            folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
            try:
                with two_sites(folder, version) as sites:
                    good &= measure(sites, version, site, cut, arguments.megabytes)
            finally:
                shutil.rmtree(folder)
    raise SystemExit(0 if good else 1)


def measure(
    sites: TwoSites, version: str, site: str, cut: Callable[[TwoSites], None], megabytes: int
) -> bool:
    sites.back_up()  # both repositories are there, and empty
    fill(sites.source, megabytes)
    repository = sites.a if site == "a" else sites.b.repository
    needed, at_cut = megabytes << 20, [0]
    cutter = threading.Thread(target=cut_at_half, args=(sites, repository, needed, cut, at_cut))
    cutter.start()
    sites.back_up()
    cutter.join()
    began = time.monotonic()
    result = sites.back_up()
    took = time.monotonic() - began
    causes = [one.cause for one in result.sites if one.cause]
    for door in sites.task.sites:
        resuming.settle(sites.setting.restic(door))
        structure(sites.setting.restic(door))
    total = stored_bytes(repository, whole=True)
    reused = 1 - (total - needed) / at_cut[0]
    good = not causes and reused >= LIMITS[site]
    print(
        f"{version} {site} {cut.__name__}: cut at {at_cut[0] >> 20} MiB of whole packs, "
        f"{total >> 20} MiB after the next run ({took:.1f} s); {reused:.1%} used again "
        f"(limit {LIMITS[site]:.0%}); check clean; causes {causes}; {'ok' if good else 'MISSED'}",
        flush=True,
    )
    return good


def cut_at_half(
    sites: TwoSites,
    repository: Path,
    needed: int,
    cut: Callable[[TwoSites], None],
    at_cut: list[int],
) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if stored_bytes(repository) >= needed // 2:
            cut(sites)
            at_cut[0] = stored_bytes(repository, whole=True)
            return
        time.sleep(0.02)


def kill_restic(sites: TwoSites) -> None:
    for child in working(sites):
        os.kill(child, signal.SIGKILL)


def kill_ssh(sites: TwoSites) -> None:
    for child in working(sites):
        for helper in proc.descendants(child):
            os.kill(helper, signal.SIGKILL)


def kill_sshd(sites: TwoSites) -> None:
    """The site's sessions, not its listener: it goes on answering."""
    listener = f"-f {sites.b.sshd_config}"
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if listener in words:
            for session in proc.descendants(int(entry.name)):
                os.kill(session, signal.SIGKILL)


def working(sites: TwoSites) -> list[int]:
    """Our restics that save or copy now."""
    found = (children.read(file) for file in sites.workplace.children.glob("[0-9]*"))
    return [one.pid for one in found if one and one.lives() and one.verb in {"backup", "copy"}]


CUTS: tuple[tuple[str, Callable[[TwoSites], None]], ...] = (
    ("a", kill_restic),
    ("b", kill_restic),
    ("b", kill_ssh),
    ("b", kill_sshd),
)

if __name__ == "__main__":
    main()
