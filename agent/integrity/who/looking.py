"""Who it is by /proc alone, where the kernel does not tell of processes: only while it lives."""

import signal

from agent.integrity.who import proc
from agent.integrity.who.answer import Told, said
from agent.integrity.who.gone import Moment
from agent.integrity.who.lineage import MOST_PARENTS, program

_TICK_NS = 20_000_000  # /proc tells a birth to the hundredth of a second


def by_looking(pid: int, pidfd: int | None, moment: Moment) -> Told | None:
    """None: it is gone, was born later, or is the kernel's own and works for nobody knows whom."""
    found = proc.found(pid)
    if found is None or found.born_ns - _TICK_NS > moment.at_ns:
        return None
    if found.image is not None and found.image.is_kernels:
        return None
    parents = _parents(found.parent)
    if pidfd is not None and not is_there(pidfd):
        return None
    return Told(said(pid, found.person, found.image, parents), found.born_ns)


def is_there(pidfd: int | None) -> bool:
    """Whether the process has not been buried yet, so that its number is its own."""
    if pidfd is None or pidfd < 0:
        return False
    try:
        signal.pidfd_send_signal(pidfd, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _parents(pid: int) -> tuple[str, ...]:
    parents: list[str] = []
    while pid and len(parents) < MOST_PARENTS:
        above = proc.found(pid)
        if above is None:
            break
        parents.append(program(above.image))
        pid = above.parent
    return tuple(parents)
