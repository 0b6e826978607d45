"""Asks all sites at once what they hold; who is away does not keep a person waiting."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from agent.backup.course import Course
from agent.backup.holding import Holding, ask
from agent.daemon.app import App
from agent.daemon.work.backup.backup_job import restic_at
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.process import Grace, Stopper
from agent.sites.door import SiteDoor
from wire.verdicts import Cause

_PATIENCE_S = 15.0  # for the others, once one site has answered
_GRACE = Grace(interrupt_s=5.0, terminate_s=2.0)  # a person waits


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sites answered, and why others did not, in the configuration's order."""

    restics: dict[str, Restic]
    holdings: tuple[Holding, ...]
    troubles: dict[str, ResticError]


def ask_sites(app: App, doors: Sequence[SiteDoor], course: Course) -> Asked:
    """Ask every site; a failure is told, never raised."""
    restics = {door.name: replace(restic_at(app, door, Stopper()), grace=_GRACE) for door in doors}
    found: dict[str, Holding] = {}
    troubles: dict[str, ResticError] = {}

    def one(name: str) -> None:
        with course.work("ask", name):
            try:
                found[name] = ask(restics[name], app.clock)
            except ResticError as error:
                troubles[name] = error
                course.trouble(name, error)

    for name in _together(restics, found, one):
        troubles[name] = ResticError(
            Cause.SITE_UNREACHABLE,
            site=name,
            verb="snapshots",
            says=f"no answer within {_PATIENCE_S:.0f} s",
        )
    holdings = tuple(found[door.name] for door in doors if door.name in found)
    return Asked(restics, holdings, troubles)


def _together(
    restics: Mapping[str, Restic], answered: Mapping[str, Holding], one: Callable[[str], None]
) -> list[str]:
    """Ask all at once; the names of those that were given up."""
    with ThreadPoolExecutor(max_workers=len(restics)) as pool:
        waiting = {pool.submit(one, name): name for name in restics}
        try:
            while waiting:
                patience = _PATIENCE_S if answered else None
                done, _ = wait(waiting, patience, return_when=FIRST_COMPLETED)
                if not done:
                    break
                for future in done:
                    waiting.pop(future)
                    future.result()
        finally:
            for name in waiting.values():
                restics[name].stopper.stop_all()
    return list(waiting.values())
