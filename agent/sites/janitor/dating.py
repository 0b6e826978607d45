"""When snapshots say that they were made, and of which tree: only where the repository's key is."""

from collections.abc import Callable
from pathlib import Path

from agent.restic import output
from agent.restic.door import Job, Restic
from agent.restic.environment import Repository, Workplace
from agent.restic.errors import ResticError
from agent.restic.roles import Role

_SITE = "here"


def dates_of(
    repository: Path, password_file: Path, work: Path
) -> Callable[[], dict[str, tuple[float, str]]]:
    """What asks restic, which reads and leaves no lock; nothing is known when it cannot tell.

    Args:
        repository: the folder.
        password_file: of a key of the repository.
        work: a folder for restic's own files.
    """
    restic = Restic(Repository(_SITE, str(repository), password_file), Workplace(work), Role.DRILL)

    def ask() -> dict[str, tuple[float, str]]:
        try:
            said = restic.run(Job(("snapshots", "--json", "--no-lock", "--no-cache")))
        except ResticError:
            return {}
        found = output.snapshots(said) or ()
        return {one.id: (one.at.timestamp(), one.tree) for one in found}

    return ask
