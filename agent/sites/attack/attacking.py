"""Which attacks each kind of site gets: the one list of them."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.clock import Clock
from agent.sites import append_only_ssh, local, rest, s3, sftp
from agent.sites.attack.attacks import (
    Attack,
    AttackResult,
    Entropy,
    NotTriedError,
    Store,
    joined,
    on_objects,
    outcome_of,
)
from agent.sites.attack.files import FileStore, LocalFiles, SftpFiles
from agent.sites.attack.http import RestStore, asking_rest
from agent.sites.attack.s3 import S3Store, asking_s3
from agent.sites.attack.ssh import RcloneRequests, SshAttacks
from agent.sites.door import SiteDoor
from agent.sites.probe.errors import ProbeError
from agent.sites.probe.sftp import files_of
from agent.sites.probe.ssh import Caller, Session, session
from agent.sites.ways.ssh import Login

_ENDS_AFTER_S = 180.0  # a whole conversation over SSH
_OBJECTS = "objects"  # stands for all attacks on objects where none could be tried


@dataclass(frozen=True, slots=True)
class Means:
    """What attacks need of the world."""

    clock: Clock
    entropy: Entropy


def attack(door: SiteDoor, means: Means) -> AttackResult:
    """Try everything at this site with the agent's own credential; never raises for a site."""
    obstacle = door.obstacle()
    if obstacle is not None:
        return _untried(obstacle.value)
    try:
        return _ATTACKS[door.kind](door, means)
    except NotTriedError as error:
        return _untried(error.reason)
    except ProbeError as error:
        return _untried(error.cause.value)


def _untried(reason: str) -> AttackResult:
    return AttackResult(untried={_OBJECTS: reason})


def _local(door: SiteDoor, means: Means) -> AttackResult:
    if not isinstance(door, local.LocalSite):
        raise TypeError(door.kind)
    return on_objects(FileStore(LocalFiles(), str(door.path)), door.name, means.entropy)


def _rest(door: SiteDoor, means: Means) -> AttackResult:
    if not isinstance(door, rest.RestSite):
        raise TypeError(door.kind)
    return on_objects(RestStore(asking_rest(door), checks_names=True), door.name, means.entropy)


def _s3(door: SiteDoor, means: Means) -> AttackResult:
    if not isinstance(door, s3.S3Site):
        raise TypeError(door.kind)
    inner = door.bucket.name.partition("/")[2]
    store = S3Store(asking_s3(door, means.clock), f"{inner}/" if inner else "")
    objects = on_objects(store, door.name, means.entropy)
    if not store.keeps_versions:
        return objects
    return joined(objects, outcome_of([(Attack.STOP_VERSIONS, store.stop_versions)]))


def _sftp(door: SiteDoor, means: Means) -> AttackResult:
    if not isinstance(door, sftp.SftpSite):
        raise TypeError(door.kind)
    with session(_caller(door.name, door.login)) as opened, files_of(opened) as client:
        store = FileStore(SftpFiles(client), str(door.path))
        return _with_ssh(opened, store, door.name, means)


def _append_only_ssh(door: SiteDoor, means: Means) -> AttackResult:
    if not isinstance(door, append_only_ssh.AppendOnlySshSite):
        raise TypeError(door.kind)
    with session(_caller(door.name, door.login)) as opened:
        store = RestStore(RcloneRequests(opened).ask, checks_names=False)
        return _with_ssh(opened, store, door.name, means)


def _with_ssh(opened: Session, store: Store, site: str, means: Means) -> AttackResult:
    """The objects first: some servers end a connection at which too much was refused."""
    try:
        objects = on_objects(store, site, means.entropy)
    except NotTriedError as error:
        objects = _untried(error.reason)
    return joined(objects, outcome_of(SshAttacks(opened).attempts()))


def _caller(site: str, login: Login) -> Caller:
    return Caller(
        site,
        login.host,
        login.port,
        login.user,
        login.key_file,
        login.known_hosts_file,
        ends_after_s=_ENDS_AFTER_S,
    )


_ATTACKS: dict[str, Callable[[SiteDoor, Means], AttackResult]] = {
    local.KIND: _local,
    sftp.KIND: _sftp,
    append_only_ssh.KIND: _append_only_ssh,
    rest.KIND: _rest,
    s3.KIND: _s3,
}
