"""When a mail that could not be sent is tried again: soon at first, then more seldom. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=1)
_DOUBLINGS = 6  # 64 minutes are more than the longest


@dataclass(frozen=True, slots=True)
class Post:
    """How the sending of mails goes; `refused` receivers were left out of the last one."""

    sent_at: datetime | None = None
    refused: int = 0
    failures: int = 0  # in a row, since the last mail that left
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    reason: str = ""  # a code of `agent.notify.errors`


def may_try(post: Post, now: datetime) -> bool:
    """Whether to try now; a clock that was set back does not make us wait for years."""
    if post.failed_at is None or post.failures == 0:
        return True
    waited = now - post.failed_at
    return waited >= _pause(post.failures) or waited < timedelta(0)


def failed(post: Post, reason: str, now: datetime) -> Post:
    return Post(
        sent_at=post.sent_at,
        refused=post.refused,
        failures=post.failures + 1,
        failing_since=post.failing_since or now,
        failed_at=now,
        reason=reason,
    )


def succeeded(refused: int, now: datetime) -> Post:
    return Post(sent_at=now, refused=refused)


def _pause(failures: int) -> timedelta:
    doublings: int = min(failures - 1, _DOUBLINGS)
    return min(LONGEST, FIRST * (1 << doublings))
