"""Whether an object stays, waits or goes to quarantine. Pure: ages come from a stopwatch.

What is an object of the repository is never moved for its looks, and nothing is moved for being
large. What is still being written waits; what never ends being written does not wait for ever.
"""

from dataclasses import dataclass
from enum import StrEnum

from agent.sites.janitor.shape import LEAST_BYTES, Entry, Kind

_HOUR_S = 3600.0


class Action(StrEnum):
    """What is done with it."""

    KEEP = "keep"
    WAIT = "wait"
    MOVE = "move"
    TELL = "tell"  # it stays, and is counted


class Reason(StrEnum):
    """Why; these codes stand in the manifest of the quarantine and in the status."""

    NONE = ""
    UNKNOWN_NAME = "unknown_name"
    WRONG_PLACE = "wrong_place"
    NOT_A_FILE = "not_a_file"  # a link, a pipe, a device, a folder
    NOT_A_FOLDER = "not_a_folder"
    TOO_SMALL = "too_small"
    WRONG_HASH = "wrong_hash"
    ALTERED = "altered"  # its content was right once
    BAD_KEY = "bad_key"  # no key, or one that costs an hour to try
    TOO_MANY_KEYS = "too_many_keys"
    NOT_SEALED = "not_sealed"  # the repository's own key did not make it
    CUT = "cut"  # the rest of an upload that broke off
    LEFTOVER = "leftover"  # a temporary file that nobody writes any more
    DEAD_LOCK = "dead_lock"  # nobody has refreshed it
    LOCK_FLOOD = "lock_flood"  # more locks than a repository's hosts can hold
    ASKED = "asked"  # the facility's agent cannot open it
    HARD_LINK = "hard_link"
    OPEN_TO_OTHERS = "open_to_others"
    FOREIGN_OWNER = "foreign_owner"
    UNREADABLE = "unreadable"
    CONFIG_CHANGED = "config_changed"
    CONFIG_GONE = "config_gone"
    MANY_ALTERED = "many_altered"  # then it is the disk or the memory: nothing is moved


ORDINARY = frozenset({Reason.CUT, Reason.LEFTOVER, Reason.DEAD_LOCK})  # no sign of an attack


class Content(StrEnum):
    """What reading it has shown."""

    UNREAD = "unread"
    GOOD = "good"
    DIFFERS = "differs"
    BAD_KEY = "bad_key"
    NOT_SEALED = "not_sealed"
    UNREADABLE = "unreadable"
    TEMPORARY = "temporary"  # not to be read: somebody may still write it


@dataclass(frozen=True, slots=True)
class Patience:
    """How long somebody may take to write, in seconds; and how many keys a repository has."""

    small_quiet_s: float = 10.0  # locks, snapshots and keys are written in one go
    small_s: float = 60.0
    index_quiet_s: float = 120.0
    index_s: float = _HOUR_S
    pack_quiet_s: float = 900.0
    pack_s: float = 24 * _HOUR_S
    leftover_quiet_s: float = _HOUR_S
    leftover_s: float = 24 * _HOUR_S
    # A lock is refreshed every 5 minutes, under a new name: one name for 11 minutes is nobody's.
    # A backup goes past it by itself then; but whoever prunes must see it for a day.
    lock_s: float = 24 * _HOUR_S
    locks: int = 32  # with more of them restic needs longer to read them than to back up
    flooding_lock_s: float = 720.0
    keys: int = 8
    altered_a_day: int = 3
    cut_a_day: int = 16


@dataclass(frozen=True, slots=True)
class Looks:
    """How an object looks besides its content."""

    regular: bool
    size: int
    links: int = 1
    open_to_others: bool = False
    foreign_owner: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One name in a folder of objects, with how long it has been seen and has stood still."""

    entry: Entry
    kind: Kind
    in_place: bool
    looks: Looks
    content: Content = Content.UNREAD
    once_good: bool = False
    seen_for_s: float = 0.0
    quiet_for_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    action: Action
    reason: Reason = Reason.NONE


KEEP = Judgement(Action.KEEP)
_AT_ONCE = {
    Content.UNREADABLE: Judgement(Action.TELL, Reason.UNREADABLE),
    Content.BAD_KEY: Judgement(Action.MOVE, Reason.BAD_KEY),
    Content.NOT_SEALED: Judgement(Action.MOVE, Reason.NOT_SEALED),
}


def judge(one: Candidate, patience: Patience) -> Judgement:
    """Decide about one name."""
    if one.entry is Entry.TOLERATED:
        return KEEP
    if one.entry is Entry.TEMPORARY and one.looks.regular:
        over = _over(one, patience.leftover_quiet_s, patience.leftover_s)
        return Judgement(Action.MOVE, Reason.LEFTOVER) if over else Judgement(Action.WAIT)
    if one.entry is not Entry.OBJECT:
        return Judgement(Action.MOVE, Reason.UNKNOWN_NAME)
    if not one.looks.regular:
        return Judgement(Action.MOVE, Reason.NOT_A_FILE)
    if not one.in_place:
        return Judgement(Action.MOVE, Reason.WRONG_PLACE)
    return _object(one, patience)


def _object(one: Candidate, patience: Patience) -> Judgement:
    if one.content in _AT_ONCE:
        return _AT_ONCE[one.content]
    if one.looks.size < LEAST_BYTES:
        over = one.quiet_for_s >= patience.small_quiet_s or one.seen_for_s >= patience.small_s
        return Judgement(Action.MOVE, Reason.TOO_SMALL) if over else Judgement(Action.WAIT)
    if one.content is Content.DIFFERS:
        return _differing(one, patience)
    if one.kind is Kind.LOCK and one.seen_for_s >= patience.lock_s:
        return Judgement(Action.MOVE, Reason.DEAD_LOCK)
    return _good(one.looks)


def _good(looks: Looks) -> Judgement:
    """Its content is right, or will be read: whatever else is strange is said, and it stays."""
    if looks.foreign_owner:
        return Judgement(Action.TELL, Reason.FOREIGN_OWNER)
    if looks.open_to_others:
        return Judgement(Action.TELL, Reason.OPEN_TO_OTHERS)
    return Judgement(Action.TELL, Reason.HARD_LINK) if looks.links > 1 else KEEP


def _differing(one: Candidate, patience: Patience) -> Judgement:
    if one.once_good:
        return Judgement(Action.MOVE, Reason.ALTERED)
    if one.kind is Kind.PACK:
        over = _either(one, patience.pack_quiet_s, patience.pack_s)
        return Judgement(Action.MOVE, Reason.CUT) if over else Judgement(Action.WAIT)
    if one.kind is Kind.INDEX:
        over = _either(one, patience.index_quiet_s, patience.index_s)
        return Judgement(Action.MOVE, Reason.CUT) if over else Judgement(Action.WAIT)
    over = _either(one, patience.small_quiet_s, patience.small_s)
    return Judgement(Action.MOVE, Reason.WRONG_HASH) if over else Judgement(Action.WAIT)


def _either(one: Candidate, quiet_s: float, seen_s: float) -> bool:
    """It stands still, or whoever writes it takes longer than anybody honest."""
    return one.quiet_for_s >= quiet_s or one.seen_for_s >= seen_s


def _over(one: Candidate, quiet_s: float, seen_s: float) -> bool:
    return one.quiet_for_s >= quiet_s and one.seen_for_s >= seen_s
