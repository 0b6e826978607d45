"""Makes a site's repository, with a key that opens it in milliseconds wherever that can be.

At an append-only site nothing can be changed afterwards. The repository is therefore made in a
folder of this host, gets its light key there, and its two objects, key and configuration, are
brought to the site. They stay here until the site has opened with them: a second try after a
cut brings the same two, never another master key under the same password.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from agent.backup.light_key import lighten
from agent.restic import reading, saving
from agent.restic.door import Restic
from agent.restic.environment import Repository
from agent.restic.errors import ResticError
from agent.restic.output import RepositoryConfig
from agent.restic.rclone_objects import RcloneObjects
from agent.sites import append_only_ssh, local
from agent.sites.door import SiteDoor
from wire.verdicts import Cause

Entropy = Callable[[int], bytes]


def make(
    site: SiteDoor, restic: Restic, like: Repository | None, entropy: Entropy
) -> RepositoryConfig:
    """A new repository, cutting files as `like` does.

    Raises:
        ResticError: the site cannot be written; nothing that it held was touched.
    """
    if site.kind == append_only_ssh.KIND:
        return _brought(restic, like, entropy)
    made = saving.init(restic, like)
    if site.kind == local.KIND:
        lighten(restic, Path(site.repository.address), entropy)
    return made


def _brought(restic: Restic, like: Repository | None, entropy: Entropy) -> RepositoryConfig:
    folder = restic.workplace.folder / "birth" / restic.site
    _made_here(restic, folder, like, entropy)
    try:
        _bring(RcloneObjects(restic.repository, restic.workplace), folder)
    except (OSError, ValueError) as error:
        raise _refused(restic, f"{error}") from error
    made = reading.config(restic)
    shutil.rmtree(folder)
    return made


def _made_here(restic: Restic, folder: Path, like: Repository | None, entropy: Entropy) -> None:
    here = Repository(f"{restic.site}.birth", str(folder), restic.repository.password_file)
    if (folder / "config").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    near = Restic(here, restic.workplace, stopper=restic.stopper)
    saving.init(near, like)
    lighten(near, folder, entropy)


def _bring(objects: RcloneObjects, folder: Path) -> None:
    """The configuration last: until it is there, there is no repository."""
    objects.create()
    (key,) = (folder / "keys").iterdir()
    if key.name not in objects.sizes("keys") and not objects.add(
        f"keys/{key.name}", key.read_bytes()
    ):
        raise ValueError("the site takes no key")
    objects.add("config", (folder / "config").read_bytes())


def _refused(restic: Restic, says: str) -> ResticError:
    return ResticError(Cause.SITE_UNREACHABLE, site=restic.site, verb="init", says=says)
