"""What the kernel tells about a process and all that it has started.

Source: proc_pid_io(5), proc_pid_stat(5).
"""

from collections.abc import Iterator
from pathlib import Path

from agent.restic.pulse import Sample

_STATE, _USER_TICKS, _SYSTEM_TICKS = 0, 11, 12  # of /proc/PID/stat after the name


def sample(pid: int, at_s: float) -> Sample:
    """Bytes read and written, processor time, and whether any of them was stopped."""
    moved = ticks = 0
    stopped = False
    for each in (pid, *descendants(pid)):
        moved += _moved(each)
        fields = _stat(each)
        if fields:
            ticks += int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
            stopped = stopped or fields[_STATE] in {"T", "t"}
    return Sample(at_s, moved, ticks, stopped)


def descendants(pid: int) -> Iterator[int]:
    for task in _tasks(pid):
        for child in _text(task / "children").split():
            yield int(child)
            yield from descendants(int(child))


def _tasks(pid: int) -> tuple[Path, ...]:
    """None: it has ended since we looked."""
    try:
        return tuple(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return ()


def _moved(pid: int) -> int:
    lines = _text(Path(f"/proc/{pid}/io")).splitlines()
    return sum(int(line[7:]) for line in lines if line.startswith(("rchar: ", "wchar: ")))


def _stat(pid: int) -> list[str]:
    return _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _text(file: Path) -> str:
    """Empty: it has ended since we looked, or is not ours to ask."""
    try:
        return file.read_text()
    except OSError:
        return ""
