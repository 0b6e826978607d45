"""Family: a place in the tree with the mount options that limit what can be done there."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged, undecided
from agent.errors import UnreadableFactError
from agent.facts import fstab, mounts
from agent.facts.absent import SubjectAbsentError
from agent.facts.understood import understood
from agent.host import Host

Place = Annotated[str, Meta(pattern=r"^(/[a-z0-9][a-z0-9._-]*){1,6}\Z")]

# What systemd mounts by itself, with its own options where fstab has no line; mount-setup.c.
_WITHOUT_LINE = {"/dev/shm": frozenset({"nosuid", "nodev"})}  # noqa: S108 - a place to judge


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`separate`: the place is a file system of its own, whatever its options."""

    place: Place
    options: tuple[Literal["nosuid", "nodev", "noexec"], ...] = ()
    separate: bool = False

    def __post_init__(self) -> None:
        if bool(self.options) == self.separate:
            problem = "write options, or separate: true"
            raise ValueError(problem)


@dataclass(frozen=True, slots=True)
class Holding:
    """The mount that holds a place, and what fstab says of the place itself."""

    mount: mounts.Mount
    planned: frozenset[str] | None  # None: fstab has no line for it


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """Asks where a place lies; one that is not there is not used."""

    place: str

    def __call__(self, host: Host) -> Holding:
        facts = understood(host, mounts.collect)
        planned = understood(host, fstab.collect).options.get(self.place)
        mount = facts.at(self.place)
        if mount is None:
            mount = facts.holding(self.place)
            _require(host, self.place)
        return Holding(mount, planned)


def build(params: Params) -> Parts[Holding]:
    place, words = params.place, ",".join(params.options)
    bind = f"echo '{place} {place} none bind,{words} 0 0' >> {fstab.PATH} && mount {place}"
    change = f"mount -o remount,{words} {place} || {{ {bind}; }}; grep -n {place} {fstab.PATH}"
    return Parts(
        expected=f"{place} {words or 'own file system'}",
        remedy=change if words else f"lsblk -f; findmnt {place}; nano {fstab.PATH}",
        needs=PlaceOf(params.place),
        judge=partial(judge, params),
    )


def judge(params: Params, facts: Holding) -> Outcome:
    """A place without a mount of its own has the options of the one that holds it."""
    mount = facts.mount
    if mount.kind == "autofs":
        return undecided("not_mounted", f"{params.place} autofs")
    if params.separate:
        return judged(mount.place == params.place, f"{params.place} in {mount.place}")
    missing = [option for option in params.options if option not in mount.options]
    if missing:
        return judged(good=False, observed=f"{mount.place} without {','.join(missing)}")
    without_line = _WITHOUT_LINE.get(params.place, frozenset(params.options))
    planned = without_line if facts.planned is None else facts.planned
    lost = [option for option in params.options if option not in planned]
    if lost:
        return judged(good=False, observed=f"{fstab.PATH}: {params.place} without {','.join(lost)}")
    return judged(good=True, observed=f"{mount.place} {','.join(params.options)}")


def _require(host: Host, place: str) -> None:
    try:
        kind = host.lstat(place).kind
    except UnreadableFactError as error:
        if error.reason == "missing":
            raise SubjectAbsentError("not_used", f"no {place}") from error
        raise
    if kind == "link":
        raise UnreadableFactError(place, "is_link")


def reads(params: Params) -> tuple[str, ...]:
    return (mounts.PATH, fstab.PATH, params.place)


FAMILY = Family("mount_option", Params, build, reads, in_packs=False)
