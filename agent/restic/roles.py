"""Which verbs of restic each role may use; everything else is a fault of the program."""

import re
from collections.abc import Sequence
from enum import StrEnum

from agent.restic.errors import ForbiddenVerbError


class Role(StrEnum):
    """In whose name restic runs. An agent maintains only sites that its own credential may change.

    The other sites' maintenance belongs to the facility's maintenance host.
    """

    AGENT = "agent"
    DRILL = "drill"
    SITE_MAINT = "site-maint"


_READING: frozenset[tuple[str, ...]] = frozenset(
    {
        ("version",),
        ("snapshots",),
        ("ls",),
        ("cat", "config"),
        ("find",),
        ("dump",),
        ("restore",),
        ("diff",),
    }
)
_WRITING: frozenset[tuple[str, ...]] = frozenset(
    {
        ("init",),
        ("backup",),
        ("copy",),
        ("cat", "snapshot"),
        ("cat", "blob"),
        ("cat", "index"),
        ("cat", "pack"),
        ("cat", "lock"),
        ("list", "locks"),
        ("list", "index"),
        ("list", "snapshots"),
        ("list", "packs"),
        ("check",),
        ("stats",),
        ("key", "list"),
        ("unlock",),
        ("rebuild-index",),
        ("repair", "index"),
    }
)
_MAINTAINING: frozenset[tuple[str, ...]] = frozenset({("forget",), ("prune",)})
_ALLOWED = {
    Role.AGENT: _READING | _WRITING,
    Role.DRILL: _READING,
    Role.SITE_MAINT: _READING | _WRITING | _MAINTAINING,
}
_TWO_WORDS = frozenset({"cat", "list", "key", "repair"})
_NEVER = ("--remove-all", "masterkey", "--password-command")
_FULL_ID = re.compile(r"[0-9a-f]{64}")


def permit(role: Role, arguments: Sequence[str]) -> None:
    """Let a command line pass, or stop it before anything is started.

    Raises:
        ForbiddenVerbError: the verb is not on the role's list.
    """
    words = 2 if arguments and arguments[0] in _TWO_WORDS else 1
    verb = tuple(arguments[:words])
    if verb not in _ALLOWED[role] or any(word in _NEVER for word in arguments):
        raise ForbiddenVerbError(role=role.value, verb=" ".join(verb))
    if verb == ("forget",) and not _harmless(arguments[1:]):
        raise ForbiddenVerbError(role=role.value, verb="forget without full ids")


def _harmless(words: Sequence[str]) -> bool:
    """A rule only ever decides in a dry run; what really goes is named by its full id."""
    return "--dry-run" in words or (bool(words) and all(_FULL_ID.fullmatch(word) for word in words))
