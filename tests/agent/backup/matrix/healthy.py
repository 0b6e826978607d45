"""Healthy controls: what an ordinary day brings, and must leave green."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.agent.backup.matrix.ground import (
    Act,
    Ground,
    back_up,
    back_up_as_it_is,
    only_look,
    read_all,
    read_all_after_a_run,
)
from tests.real.restic_versions import path_of


@dataclass(frozen=True)
class Healthy:
    """What has happened, and what is done then."""

    name: str
    happens: Callable[[Ground], None]
    act: Act


def _nothing(_ground: Ground) -> None:
    return


def _renamed(ground: Ground) -> None:
    (ground.share / "hồ sơ").rename(ground.share / "Hồ sơ bệnh án 2026")


def _few_deleted(ground: Ground) -> None:
    for file in sorted((ground.share / "hồ sơ").iterdir())[:4]:
        file.unlink()


def _grown(ground: Ground) -> None:
    for number in range(60):
        (ground.share / f"scan {number}.dcm").write_bytes(os.urandom(5_000))


def _strange_names(ground: Ground) -> None:
    for name in ("hai\ndòng", "a[1]*?.txt", "back\\slash", "'\"$(x)`", "-rf", "Ề" * 60):
        (ground.share / name).write_text(name)
    (ground.share / "link").symlink_to("/etc/passwd")
    os.link(ground.share / "second.txt", ground.share / "second name")
    os.mkfifo(ground.share / "fifo")


def _not_utf8(ground: Ground) -> None:
    Path(os.fsdecode(os.fsencode(ground.share) + b"/b\xe9nh.txt")).write_bytes(b"x")


def _modes_changed(ground: Ground) -> None:
    for file in (ground.share / "hồ sơ").iterdir():
        file.chmod(0o600)


def _touched(ground: Ground) -> None:
    for file in (ground.share / "hồ sơ").iterdir():
        os.utime(file)


def _b_was_away_for_two_cycles(ground: Ground) -> None:
    _away_meanwhile(ground, ground.b, cycles=2)


def _a_was_away_for_a_cycle(ground: Ground) -> None:
    _away_meanwhile(ground, ground.a.parent, cycles=1)


def _away_meanwhile(ground: Ground, place: Path, cycles: int) -> None:
    folder = ground.root / "away"
    place.rename(folder)
    for _ in range(cycles):
        back_up(ground)
    shutil.rmtree(place, ignore_errors=True)
    folder.rename(place)


def _cache_gone(ground: Ground) -> None:
    shutil.rmtree(ground.workplace.folder / "cache", ignore_errors=True)


def _newer_restic(ground: Ground) -> None:
    ground.path = path_of("debian-13")


def _noise_between_the_lines(ground: Ground) -> None:
    ground.instead_of_restic(
        'case " $* " in *" backup "*) echo "warning: noise"; echo; printf "\\033[2K"; '
        'echo \'{"message_type":"news"}\' ;; esac'
    )


def _a_cut_upload_lies_there(ground: Ground) -> None:
    (ground.a / "data" / "00").mkdir(exist_ok=True)
    (ground.a / "data" / "00" / ("0" * 64 + "-tmp-1")).write_bytes(b"half")


def _emptied_file(ground: Ground) -> None:
    (ground.share / "second.txt").write_bytes(b"")


CONTROLS = (
    Healthy("nothing new", _nothing, back_up_as_it_is),
    Healthy("a new file", _nothing, back_up),
    Healthy("only a look", _nothing, only_look),
    Healthy("everything read", _nothing, read_all),
    Healthy("a run, then everything read", _nothing, read_all_after_a_run),
    Healthy("a folder renamed", _renamed, back_up_as_it_is),
    Healthy("a few files deleted", _few_deleted, back_up_as_it_is),
    Healthy("three times as much", _grown, back_up_as_it_is),
    Healthy("strange names and files", _strange_names, back_up_as_it_is),
    Healthy("a name that is no UTF-8", _not_utf8, back_up_as_it_is),
    Healthy("only modes changed", _modes_changed, back_up_as_it_is),
    Healthy("only times changed", _touched, back_up_as_it_is),
    Healthy("a file emptied", _emptied_file, back_up_as_it_is),
    Healthy("B away for two cycles", _b_was_away_for_two_cycles, back_up),
    Healthy("A away for a cycle", _a_was_away_for_a_cycle, back_up),
    Healthy("the cache is gone", _cache_gone, back_up),
    Healthy("a newer restic", _newer_restic, back_up),
    Healthy("a newer restic reads", _newer_restic, read_all_after_a_run),
    Healthy("noise between the lines", _noise_between_the_lines, back_up),
    Healthy("a cut upload lies there", _a_cut_upload_lies_there, read_all_after_a_run),
)
