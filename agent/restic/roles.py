"""Which verbs of restic each role may use; everything else is a fault of the program."""

from collections.abc import Sequence
from enum import StrEnum

from agent.restic.errors import ForbiddenVerbError


class Role(StrEnum):
    """In whose name restic runs. The site's maintenance has no role here: it is no agent's."""

    AGENT = "agent"
    DRILL = "drill"


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
        ("cat", "lock"),
        ("list", "locks"),
        ("list", "packs"),
        ("check",),
        ("stats",),
        ("key", "list"),
        ("unlock",),
        ("rebuild-index",),
        ("repair", "index"),
    }
)
_ALLOWED = {Role.AGENT: _READING | _WRITING, Role.DRILL: _READING}
_TWO_WORDS = frozenset({"cat", "list", "key", "repair"})
_NEVER = ("--remove-all", "masterkey", "--password-command")


def permit(role: Role, arguments: Sequence[str]) -> None:
    """Let a command line pass, or stop it before anything is started.

    Raises:
        ForbiddenVerbError: the verb is not on the role's list.
    """
    words = 2 if arguments and arguments[0] in _TWO_WORDS else 1
    verb = tuple(arguments[:words])
    if verb not in _ALLOWED[role] or any(word in _NEVER for word in arguments):
        raise ForbiddenVerbError(role=role.value, verb=" ".join(verb))
