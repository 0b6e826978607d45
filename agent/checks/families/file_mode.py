"""Family: who may read and change a file or a folder. Modes are "at most": stricter passes."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, at_most, judged
from agent.errors import UnreadableFactError
from agent.facts.identities import GROUP, PASSWD, Identities
from agent.facts.public_file import status_if_present
from agent.host import FileStatus, Host
from wire.verdicts import CheckVerdict

Path = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._+@-]*){1,12}\Z", max_length=200)]
Mode = Annotated[str, Meta(pattern=r"^0[0-7]{3,4}\Z")]
Account = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}\Z")]
GROUP_BITS = 0o070


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`absent`: what it means when there is nothing.."""

    path: Path
    at_most: Mode
    owner: tuple[Account, ...] = ("root",)
    group: tuple[Account, ...] = ("root",)
    absent: Literal["not_used", "bad"] = "not_used"

    def __post_init__(self) -> None:
        if ".." in self.path.split("/"):
            problem = "a path without .. is wanted"
            raise ValueError(problem)


@dataclass(frozen=True, slots=True)
class Guarded:
    status: FileStatus | None  # None: it certainly is not there
    owners: frozenset[int]
    groups: frozenset[int]


@dataclass(frozen=True, slots=True)
class StatusOf:
    """Asks for one path and for the numbers of those who may own it; follows no link."""

    path: str
    owner: tuple[str, ...]
    group: tuple[str, ...]

    def __call__(self, host: Host) -> Guarded:
        status = status_if_present(host, self.path)
        if status is not None and status.kind == "link":
            raise UnreadableFactError(self.path, "is_link")
        owners = Identities(PASSWD, self.owner)(host)
        return Guarded(status, owners, Identities(GROUP, self.group)(host))


def build(params: Params) -> Parts[Guarded]:
    owner, group = params.owner[0], params.group[0]
    whose = f"{'|'.join(params.owner)}:{'|'.join(params.group)}"
    return Parts(
        expected=f"{params.path} ≤ {params.at_most} {whose}",
        remedy=f"chown {owner}:{group} {params.path} && chmod {params.at_most} {params.path}",
        needs=StatusOf(params.path, params.owner, params.group),
        judge=partial(judge, params),
    )


def judge(params: Params, facts: Guarded) -> Outcome:
    """A group counts only where the mode gives it something."""
    status = facts.status
    if status is None:
        return nothing_at(params.path, params.absent)
    shown = f"{params.path} {status.mode:04o} uid {status.uid} gid {status.gid}"
    within = at_most(status.mode, int(params.at_most, 8))
    group_known = status.gid in facts.groups or not status.mode & GROUP_BITS
    return judged(within and status.uid in facts.owners and group_known, shown)


def nothing_at(path: str, meaning: Literal["not_used", "bad"]) -> Outcome:
    shown = f"no {path}"
    if meaning == "bad":
        return judged(good=False, observed=shown)
    return Outcome(CheckVerdict.NOT_APPLICABLE, shown, reason="not_used")


def reads(params: Params) -> tuple[str, ...]:
    """The two lists are asked only for the number of a name that the parameters hold."""
    return (params.path, PASSWD, GROUP)


FAMILY = Family("file_mode", Params, build, reads, in_packs=True)
