"""Whether attacks on files are seen, after how many lost files, and whether ordinary work is quiet.

Thirty encryptors (bench/encryptors.py) each attack a fresh share of a hospital's files, without
and with canaries; then sixty days of ordinary mass work (bench/benign_days.py) pass in one share.
The peer is what the field does first: to judge the entropy of what is written, alone. Limits: 29
of 30 caught, at most one false alarm in 60 days, a verdict within 5 s of the 100th file.

    python bench/ransomware.py [--files 600] [--days 60] [--seed 1] [--only NAME] [--folder DIR]

A small run: --files 200 --days 3. Of a smaller share some encryptors find fewer files that they can
do something to than a verdict needs: what they lost is shown, and neither caught nor missed.
"""

import argparse
import math
import os
import shutil
import sys
import tempfile
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.integrity.ransom.blocks import shannon
from agent.integrity.ransom.canary_documents import documents
from agent.integrity.ransom.limits import SIGNS_FAST
from agent.integrity.seen import Seen
from bench.benign_days import Benign, days
from bench.encryptors import ATTACKS, Attack
from bench.hostage_field import EnoughError, Field
from bench.watched_share import Share, fill
from tests.agent.integrity.ransom.forms import seeded

NEEDED, DAYS_ALLOWED = 29 / 30, 1
HUNDRED, VERDICT_S = 100, 5.0
RATE = 100  # changes in a second that live watching must bear
NO_ATTACK = "none"
PEER_BITS, PEER_FILES, PEER_S = 7.5, 20, 600.0


@dataclass
class EntropyAlone:
    """The peer: so many files of high entropy were written within ten minutes."""

    alarms: int = 0
    high: deque[float] = field(default_factory=deque)

    def hear(self, seen: tuple[Seen, ...]) -> None:
        for one in seen:
            after = one.change.after
            if after is None or not after.is_file or not after.size:
                continue
            try:
                with open(after.path, "rb") as stream:  # noqa: PTH123 - bytes
                    bits = shannon(stream.read(65_536))
            except OSError:
                continue
            if bits > PEER_BITS:
                self._high(one.at.timestamp())

    def _high(self, at: float) -> None:
        self.high.append(at)
        while self.high[0] < at - PEER_S:
            self.high.popleft()
        if len(self.high) >= PEER_FILES:
            self.alarms += 1
            self.high.clear()


@dataclass
class Outcome:
    """How one attack ended."""

    name: str
    caught: bool = False
    lost: int = 0
    took_s: float = math.nan  # simulated, from the first lost file to the verdict
    reasons: str = ""
    peer: bool = False

    @property
    def few(self) -> bool:
        """Whether all that there was to lose was less than a verdict needs."""
        return not self.caught and self.lost < SIGNS_FAST

    @property
    def answer(self) -> str:
        return "yes" if self.caught else "few" if self.few else "NO"


def attack(work: Path, stock: Path, one: Attack, seed: int, *, canaries: bool) -> Outcome:
    root = work / "share"
    shutil.copytree(stock, root)
    source, paths = seeded(seed), frozenset[bytes]()
    if canaries:
        made = documents(source.randbytes)
        for document in made:
            (root / document.name).write_bytes(document.content)
        paths = frozenset(os.fsencode(root / document.name) for document in made)
    peer, outcome = EntropyAlone(), Outcome(one.name)
    share = Share(root, work / "state", paths, hear=peer.hear)
    begun_s = share.clock.monotonic()

    def enough(lost: int) -> bool:
        if share.concluded and not outcome.caught:
            outcome.caught, outcome.lost = True, lost
        return lost >= HUNDRED

    under = Field(share, source, enough)
    try:
        one.run(under)
        share.pass_by(1.0)
    except EnoughError:
        pass
    share.settle()
    outcome.lost, outcome.peer = outcome.lost or under.lost, bool(peer.alarms)
    if share.concluded:
        outcome.caught = True
        outcome.took_s = share.concluded[0].at.timestamp() - begun_s
        outcome.reasons = ", ".join(reason.value for reason in share.concluded[-1].reasons)
    share.close()
    for folder in (root, work / "state"):
        shutil.rmtree(folder)
    return outcome


def attacks(work: Path, given: argparse.Namespace) -> bool:
    stock = work / "stock"
    fill(stock, given.files, seeded(given.seed))
    good = True
    chosen = [one for one in ATTACKS if given.only in {"", one.name}]
    for canaries in (False, True):
        found = [attack(work, stock, one, given.seed, canaries=canaries) for one in chosen]
        print(f"\n{len(found)} encryptors, {given.files} files, canaries: {canaries}")
        print(f"{'way':28} {'caught':>6} {'lost':>5} {'after s':>8} {'peer':>5}  reasons")
        for one in found:
            print(
                f"{one.name:28} {one.answer:>6} {one.lost:5} {one.took_s:8.1f}"
                f" {'yes' if one.peer else 'no':>5}  {one.reasons}"
            )
        good = _sum_up(found) and good
    return good


def _sum_up(found: list[Outcome]) -> bool:
    judged = [one for one in found if not one.few]
    caught = [one for one in judged if one.caught]
    peers = sum(one.peer for one in judged)
    lost = sorted(one.lost for one in caught)
    most = max(lost, default=0)
    print(
        f"caught {len(caught)} of {len(judged)}; entropy alone {peers}: ratio "
        f"{len(caught) / max(1, peers):.2f}; files lost before the verdict: median "
        f"{lost[len(lost) // 2] if lost else '-'}, most {most} (limit {HUNDRED} and {VERDICT_S} s)"
    )
    return len(caught) >= max(1.0, NEEDED * len(judged)) and most <= HUNDRED


def benign(work: Path, given: argparse.Namespace) -> bool:
    root, peer = work / "share", EntropyAlone()
    fill(root, given.files, seeded(given.seed + 1))
    share = Share(root, work / "state", hear=peer.hear)
    alarms, peers = 0, 0
    for number, day in enumerate(days(given.days, given.seed), start=1):
        before = len(share.concluded)
        day.run(Benign(share, seeded(given.seed * 1_000 + number), number))
        share.settle()
        peers, peer.alarms = peers + min(1, peer.alarms), 0
        for one in share.concluded[before:]:
            reasons = ", ".join(reason.value for reason in one.reasons)
            print(f"day {number} ({day.name}): FALSE ALARM, {one.files} files: {reasons}")
            for sample in one.samples[:5]:
                print(f"    {os.fsdecode(sample)}")
        alarms += len({one.id for one in share.concluded[before:]})
    each_ms = 1e3 * share.judged_s / max(1, share.changes)
    print(
        f"\n{given.days} benign days, {share.changes} changes: {alarms} false alarms (limit "
        f"{DAYS_ALLOWED}); entropy alone {peers}: ratio {alarms / max(1, peers):.3f}; "
        f"{each_ms:.2f} ms of processor to judge a change: {each_ms * RATE / 1000:.0%} of a core "
        f"at {RATE} changes/s; {share.guard.unread} files were gone before they were read"
    )
    share.close()
    return alarms <= DAYS_ALLOWED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one encryptor; `none` for the days alone")
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=given.folder))
    try:
        good = given.only == NO_ATTACK or attacks(work, given)
        good = (not given.days or benign(work, given)) and good
    finally:
        shutil.rmtree(work)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
