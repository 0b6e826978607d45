"""A link that dies in the middle of a copy to site B: how soon it is found, and when it is done.

Between agent and site stands a proxy that carries a few MB a second. At half it falls silent
without closing anything (half-open), or hangs up and takes no connection (cut), for a while.

    python bench/dead_link.py [--away 30] [--away 1200] [--kind append_only_ssh] [--kind rest]

Figures to reach: found <= 30 s; finished <= 60 s after the link returns; progress never shows
done before it is; A stays as it was.
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.progress import Progress
from agent.sites.rest import RestSite
from agent.sites.ways.http import Server
from bench.resume import working
from bench.two_sites import TwoSites, fill, stored_bytes, two_sites
from demo.ssh_site import free_port
from tests.real.half_open import Proxy, proxy
from wire.verdicts import HeldBy

KINDS = ("append_only_ssh", "rest")
WAYS = ("half-open", "cut")
MEGABYTES, BYTES_PER_S = 96, 8e6
FOUND_LIMIT_S, DONE_LIMIT_S = 30.0, 60.0


@dataclass
class Story:
    """What happened when, on one stopwatch."""

    dead_at: float = 0.0
    found_at: float = 0.0
    back_at: float = 0.0
    told_done_at: list[float] = field(default_factory=list)

    def hear(self, progress: Progress) -> None:
        if progress.phase == "copy" and (progress.done or progress.share == 1.0):
            self.told_done_at.append(time.monotonic())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--away", type=float, action="append", help="seconds")
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    good = True
    for away_s in arguments.away or (30.0,):
        for kind in arguments.kind or KINDS:
            for way in WAYS:
                folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
                try:
                    with ground(folder, kind) as (sites, link):
                        good &= measure(sites, link, f"{kind}, {way}, {away_s:.0f} s", away_s)
                finally:
                    shutil.rmtree(folder)
    raise SystemExit(0 if good else 1)


def measure(sites: TwoSites, link: Proxy, name: str, away_s: float) -> bool:
    sites.back_up()
    fill(sites.source, MEGABYTES)
    story = Story()
    teller = threading.Thread(target=happen, args=(sites, link, story, name, away_s))
    teller.start()
    result = sites.back_up(story.hear)
    done_at = time.monotonic()
    teller.join()
    a_before = stored_bytes(sites.a)
    causes = [one.cause for one in result.sites if one.cause]
    trees = {one.point.tree for one in result.sites if one.point}
    found_s, done_s = story.found_at - story.dead_at, done_at - story.back_at
    early = [at for at in story.told_done_at if at < story.back_at]
    good = (
        not causes
        and len(trees) == 1
        and not early
        and 0 < found_s <= FOUND_LIMIT_S
        and done_s <= DONE_LIMIT_S
        and a_before == stored_bytes(sites.a)
    )
    print(
        f"{name}: found in {found_s:.1f} s (limit 30), done {done_s:.1f} s after the link was "
        f"back (limit 60), shown as done too early {len(early)} times, causes {causes}, "
        f"{len(trees)} tree; {'ok' if good else 'MISSED'}",
        flush=True,
    )
    return good


def happen(sites: TwoSites, link: Proxy, story: Story, name: str, away_s: float) -> None:
    before = link.forwarded
    while link.forwarded - before < (MEGABYTES << 20) // 2:
        time.sleep(0.05)
    story.dead_at = time.monotonic()
    cut = working(sites)
    if "half-open" in name:
        link.fall_silent()
    else:
        link.hang_up()
    while any(pid in working(sites) for pid in cut):
        time.sleep(0.1)
    story.found_at = time.monotonic()
    time.sleep(max(0.0, away_s - (story.found_at - story.dead_at)))
    link.come_back()
    story.back_at = time.monotonic()


@contextlib.contextmanager
def ground(folder: Path, kind: str) -> Iterator[tuple[TwoSites, Proxy]]:
    with (
        proxy("127.0.0.1", bytes_per_s=BYTES_PER_S) as link,
        two_sites(folder, "debian-12", port=link.port) as sites,
        served(folder) as port,
    ):
        if kind == "append_only_ssh":
            link.target = ("127.0.0.1", sites.b.port)
            yield sites, link
        else:
            link.target = ("127.0.0.1", port)
            yield with_rest(sites, folder, link.port), link


def with_rest(sites: TwoSites, folder: Path, port: int) -> TwoSites:
    login = folder / "login"
    login.write_text("lachan:bench\n")
    login.chmod(0o600)
    server = Server(f"http://127.0.0.1:{port}/", None)
    password = sites.home.secrets / "restic-b.password"
    site = RestSite("b", HeldBy.HOSTED, server, login, password)
    task = replace(sites.task, sites=(sites.task.sites[0], site))
    return replace(sites, task=task)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[int]:
    """The server of the REST protocol that Debian has."""
    port = free_port()
    words = ["rclone", "serve", "restic", "--append-only", "--addr", f"127.0.0.1:{port}"]
    login = ["--user", "lachan", "--pass", "bench"]
    with subprocess.Popen(
        [*words, *login, str(folder / "served")], stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield port
        finally:
            process.kill()


if __name__ == "__main__":
    main()
