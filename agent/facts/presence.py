"""Whether a program is on this machine: in its usual places, or running from another."""

from agent.errors import UnreadableFactError
from agent.facts import processes
from agent.facts.absent import SubjectAbsentError
from agent.host import Host, present


def require(host: Host, paths: tuple[str, ...], programs: tuple[str, ...]) -> None:
    """Go on when the program may be here.

    Raises:
        SubjectAbsentError: it lies in none of its places and does not run.
        UnreadableFactError: it lies in none of its places, and nobody tells what runs.
    """
    if any(present(host, path) for path in paths):
        return
    looked_at = running(host, programs)
    if looked_at:
        return
    unseen = paths if looked_at is None else (*paths, *programs)
    raise SubjectAbsentError("not_installed", ", ".join(f"no {one}" for one in unseen))


def require_running(host: Host, *programs: str) -> tuple[str, ...]:
    """Those that run now.

    Raises:
        SubjectAbsentError: none of them does.
    """
    found = processes.collect(host).running(*programs)
    if not found:
        raise SubjectAbsentError("not_used", "no " + ", ".join(programs))
    return found


def running(host: Host, programs: tuple[str, ...]) -> bool | None:
    """Whether one of them runs; None for the files of another machine, where nothing does."""
    try:
        return bool(processes.collect(host).running(*programs))
    except UnreadableFactError as error:
        if error.reason == "other_root":
            return None
        raise
