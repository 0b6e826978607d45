"""Which shares are recorded, how, and what cannot be used of it: from Samba's settings. Pure.

Source: smb.conf(5), vfs_full_audit(8).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from agent.facts.samba import SambaFacts
from agent.integrity.live.limit import Limit
from agent.integrity.who.full_audit.deeds import OPERATIONS
from agent.integrity.who.full_audit.places import USUAL_FACILITY, of_samba
from agent.integrity.who.full_audit.prefix import Prefix, UnclearPrefixError, prefix_of
from wire.text import N_

MODULE = "full_audit"
USUAL_PREFIX = "%u|%I"
_NO = frozenset({"no", "false", "off", "0"})
_READ_AS = re.compile(r"(?:^|\s)(?:(?:all|vfs|full_audit):)?(\d+)(?:@\S*)?(?=\s|$)")

_NO_USER = N_(
    "Samba's record of the share {share} does not tell who it was: full_audit:prefix has no "
    "{variable}."
)
_NO_ADDRESS = N_(
    "Samba's record of the share {share} does not tell from where: full_audit:prefix has no %I."
)
_UNCLEAR = N_(
    "Samba's record of the share {share} is not used: in full_audit:prefix nobody can say where "
    "a name ends ({part})."
)
_UNCLEAR_REMEDY = N_("Write full_audit:prefix = %u|%U|%I|%S into smb.conf.")
_NOTHING = N_(
    "Samba's record of the share {share} has no change in it: full_audit:success names none."
)
_NOTHING_REMEDY = N_(
    "Write full_audit:success = openat mkdirat renameat unlinkat pwrite pwrite_send ftruncate "
    "into smb.conf."
)
_SILENT = N_("Samba's record is not written: full_audit:syslog is off and the log level is 0.")
_SILENT_REMEDY = N_("Write log level = 0 full_audit:1 into smb.conf.")


class Share(NamedTuple):
    """One that full_audit records in a way that tells who it was."""

    name: str
    path: bytes
    prefix: Prefix
    facility: str  # of syslog; empty: it is written into Samba's own log
    names: tuple[str, ...]  # in which everybody works there, instead of his own


class Recorded(NamedTuple):
    """All that Samba records, and whose part of a line is to be believed."""

    shares: tuple[Share, ...] = ()
    unrecorded: tuple[bytes, ...] = ()  # paths of shares of which nothing is recorded
    wishes_count: bool = False  # who asked for a name has proved that it is his
    own_log: str = ""  # a pattern
    facilities: frozenset[str] = frozenset()
    limits: tuple[Limit, ...] = ()

    def covering(self, path: bytes) -> tuple[Share, ...]:
        """The shares through which this can have been done; none, where one tells nothing."""
        if any(_is_below(path, other) for other in self.unrecorded):
            return ()
        return tuple(share for share in self.shares if _is_below(path, share.path))


def recorded_of(facts: SambaFacts) -> Recorded:
    shares: list[Share] = []
    unrecorded: list[bytes] = []
    limits: list[Limit] = []
    for name in facts.file_shares:
        path = facts.of(name, "path").strip('"').rstrip("/")
        if not path or "%" in path:  # it is another for each user: his own
            continue
        share = None
        if MODULE in _modules(facts.of(name, "vfs objects")):
            share = _share(facts, name, path.encode(), limits)
        if share is not None:
            shares.append(share)
        elif facts.of(name, "read only") != "yes" or facts.of(name, "write list"):
            unrecorded.append(path.encode())
    if any(not share.facility for share in shares) and _level(facts) == 0:
        limits.append(Limit(_SILENT, {}, _SILENT_REMEDY))
        shares = [share for share in shares if share.facility]
    return Recorded(
        shares=tuple(shares),
        unrecorded=tuple(unrecorded),
        wishes_count=facts.get("map to guest") == "never"
        and not any(facts.settings.get(key) for key in ("username map", "username map script")),
        own_log=of_samba(facts.settings.get("log file", ""), facts.settings.get("log level", "")),
        facilities=frozenset(share.facility for share in shares),
        limits=tuple(limits),
    )


def _share(facts: SambaFacts, name: str, path: bytes, limits: list[Limit]) -> Share | None:
    names = _names_taken(facts, name)
    try:
        prefix = prefix_of(facts.of(name, f"{MODULE}:prefix").strip('"') or USUAL_PREFIX)
    except UnclearPrefixError as error:
        limits.append(Limit(_UNCLEAR, {"share": name, "part": str(error)}, _UNCLEAR_REMEDY))
        return None
    limits += _missing(facts, name, prefix, takes_names=bool(names))
    to_syslog = facts.of(name, f"{MODULE}:syslog") not in _NO
    facility = facts.of(name, f"{MODULE}:facility") or USUAL_FACILITY
    return Share(name, path, prefix, facility if to_syslog else "", names)


def _names_taken(facts: SambaFacts, name: str) -> tuple[str, ...]:
    """`admin users` are root there, and everybody else is still himself."""
    forced = facts.of(name, "force user").strip('"')
    names = (forced, "root" if facts.of(name, "admin users") else "")
    return tuple(each for each in names if each)


def _missing(facts: SambaFacts, name: str, prefix: Prefix, *, takes_names: bool) -> Iterator[Limit]:
    wanted = "%U" if takes_names else "%u"
    if wanted[1] not in prefix.tells and (takes_names or "U" not in prefix.tells):
        yield Limit(_NO_USER, {"share": name, "variable": wanted}, _UNCLEAR_REMEDY)
    if "I" not in prefix.tells:
        yield Limit(_NO_ADDRESS, {"share": name}, _UNCLEAR_REMEDY)
    if not _operations(facts.of(name, f"{MODULE}:success")) & OPERATIONS:
        yield Limit(_NOTHING, {"share": name}, _NOTHING_REMEDY)


def _operations(words: str) -> frozenset[str]:
    """As full_audit reads them: in order, `all`, `none` ends, `!` takes one away."""
    found: set[str] = set()
    for word in words.replace(",", " ").lower().split():
        if word == "none":
            break
        if word == "all":
            found |= OPERATIONS
        elif word.startswith("!"):
            found.discard(word[1:])
        else:
            found.add(word)
    return frozenset(found)


def _modules(words: str) -> set[str]:
    return {word.partition(":")[0] for word in words.replace(",", " ").lower().split()}


def _level(facts: SambaFacts) -> int:
    return max((int(level) for level in _READ_AS.findall(facts.get("log level"))), default=0)


def _is_below(path: bytes, folder: bytes) -> bool:
    return path.startswith(folder + b"/")
