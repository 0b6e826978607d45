"""What a site's janitor says, read from the answer to the probe key, and what follows. Pure.

The other end is `agent/sites/janitor/status.py` behind deploy/site/probe.sh; this side trusts
nothing that it prints. The site's own clock stands beside its times, so that ages are right
whatever the two clocks say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.sites.probe.answer import MAX_BYTES
from agent.sites.probe.errors import ProbeAnswerError

SILENT_AFTER = timedelta(minutes=15)
MANY_SNAPSHOTS_A_DAY = 400  # every dataset every quarter of an hour, with its companion
_AHEAD_S = 300
_NUMBER = re.compile(r"[0-9]{1,15}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Remembered:
    """How far the ledger was when it was asked last."""

    lines: int
    head: str


@dataclass(frozen=True, slots=True)
class Says:
    """The status of the janitor; ages by the site's own clock, in seconds."""

    ran_ago_s: int
    rogue: int
    gone: tuple[str, ...]  # digests of snapshots that went without an explanation
    gone_day: int
    future: int
    arrived_day: int
    new_keys: int
    unread: int
    stuck: int
    locks: int
    openable: str  # digest over what is to be opened there
    config_whole: bool
    ledger: Remembered
    heads: tuple[str, ...]
    lost_ago_s: int | None


def parse(output: bytes) -> Says | None:
    """Read the janitor's lines; None: there is no janitor at the site.

    Raises:
        ProbeAnswerError: the lines are cut, or a value is not what its key says.
    """
    values = _values(output)
    if "janitor_now" not in values:
        return None
    if "janitor" not in values or "janitor_end" not in values:
        raise ProbeAnswerError(detail="the janitor's first or last line is missing")
    now = _number(values, "janitor_now")
    lost_at = _number(values, "janitor_lost_at") if "janitor_lost_at" in values else None
    lines, _, head = values.get("janitor_ledger", "").partition(" ")
    return Says(
        ran_ago_s=now - _number(values, "janitor_at"),
        rogue=_number(values, "janitor_rogue"),
        gone=tuple(values.get("janitor_gone_ids", "").split()),
        gone_day=_number(values, "janitor_gone_day"),
        future=_number(values, "janitor_future"),
        arrived_day=_number(values, "janitor_arrived_day"),
        new_keys=_number(values, "janitor_new_keys"),
        unread=_number(values, "janitor_unread"),
        stuck=_number(values, "janitor_stuck"),
        locks=_number(values, "janitor_locks"),
        openable=values.get("janitor_set", ""),
        config_whole=values.get("janitor_config") == "whole",
        ledger=Remembered(_number({"janitor_ledger": lines}, "janitor_ledger"), _digest(head)),
        heads=tuple(_digest(one) for one in values.get("janitor_heads", "").split()),
        lost_ago_s=None if lost_at is None else now - lost_at,
    )


def signs(says: Says, before: Remembered | None) -> tuple[str, ...]:
    """What a person should hear besides the number of rogue objects, as codes."""
    told = {
        "JANITOR_SILENT": not -_AHEAD_S <= says.ran_ago_s <= SILENT_AFTER.total_seconds(),
        "LEDGER_LOST": _is_lost(says, before),
        "SNAPSHOTS_GONE": says.gone_day > 0,
        "SNAPSHOTS_FUTURE": says.future > 0,
        "SNAPSHOTS_MANY": says.arrived_day > MANY_SNAPSHOTS_A_DAY,
        "KEYS_ADDED": says.new_keys > 0,
        "CONFIG_BAD": not says.config_whole,
        "STUCK": says.stuck > 0,
    }
    return tuple(code for code, is_so in told.items() if is_so)


def without_departed(says: Says, departed: frozenset[str]) -> Says:
    """What retention took is no loss; `departed` are the digests of what this host knows of.

    The list may have been cut: then what it does not show stays unexplained.
    """
    left = tuple(one for one in says.gone if one not in departed)
    whole = says.gone_day <= len(says.gone)
    return replace(says, gone=left, gone_day=0) if whole and not left else says


def rogue_number(says: Says) -> int:
    """What no honest hand did: objects put there, dates of the future, snapshots taken away."""
    return says.rogue + says.future + says.gone_day


def _is_lost(says: Says, before: Remembered | None) -> bool:
    """The ledger must go on from where it was when we saw it last."""
    day_s = timedelta(days=1).total_seconds()
    if says.lost_ago_s is not None and says.lost_ago_s <= day_s:
        return True
    if before is None:
        return False
    behind = says.ledger.lines - before.lines
    if behind < 0:
        return True
    return behind < len(says.heads) and says.heads[-1 - behind] != before.head


def _values(output: bytes) -> dict[str, str]:
    if len(output) > MAX_BYTES:
        raise ProbeAnswerError(detail="more than 64 KiB")
    values: dict[str, str] = {}
    for line in output.decode("ascii", "replace").split("\n"):
        key, _, value = line.strip().partition(" ")
        if key.startswith("janitor"):
            values.setdefault(key, value.strip())
    return values


def _number(values: Mapping[str, str], key: str) -> int:
    text = values.get(key, "")
    if _NUMBER.fullmatch(text) is None:
        raise ProbeAnswerError(detail=f"a strange value of {key}")
    return int(text)


def _digest(text: str) -> str:
    if _DIGEST.fullmatch(text) is None:
        raise ProbeAnswerError(detail="a strange digest of the janitor's ledger")
    return text
