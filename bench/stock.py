"""How many checks a stock Debian 12 decides, in a root of its own without systemd.

    python bench/stock.py        as root; script/debian-roots makes the system

The kernel is this machine's. Prints the verdicts, and why what is not decided is not.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
ROOT = REPOSITORY / ".venv" / "roots" / "debian-12"
WANTED = 240
LIBRARIES = "/mnt/code/.venv/lib/python3.11/site-packages"
# A root of its own, so that its own programs answer about it; what is mounted is gone with it.
ENTER = """
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
cd "$2/root"
mkdir -p mnt/code mnt/old
mount --bind "$3" mnt/code
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o nosuid,nodev tmpfs run
mkdir run/sshd
pivot_root . mnt/old
umount -l /mnt/old
rmdir /mnt/old
cd /mnt/code
exec env PYTHONPATH="/mnt/code:$4" PYTHONDONTWRITEBYTECODE=1 \
  python3 -m agent.cli check --level 5 --fresh --json
"""


def main() -> None:
    subprocess.run(["script/debian-roots", "12"], cwd=REPOSITORY, check=True)
    own = "mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/root && exec sh -c"
    words = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", f'{own} "$0" sh "$@"']
    done = subprocess.run(
        [*words, ENTER, str(ROOT), "/mnt", str(REPOSITORY), LIBRARIES],
        check=False,
        stdout=subprocess.PIPE,
    )
    results = json.loads(done.stdout)["results"]
    verdicts = Counter(result["verdict"] for result in results)
    decided = verdicts["PASS"] + verdicts["FAIL"]
    sys.stdout.write(
        f"{len(results)} checks, {decided} decided (wanted: {WANTED}): {dict(verdicts)}\n"
    )
    undecided = [one for one in results if one["verdict"] == "UNKNOWN"]
    reasons = Counter((one["reason"], one["observed"][:50]) for one in undecided)
    for (reason, observed), count in reasons.most_common():
        sys.stdout.write(f"UNKNOWN {count:4} {reason:<14} {observed}\n")
    sys.exit(0 if decided >= WANTED else 1)


if __name__ == "__main__":
    main()
