"""How long to wait after failed logins: pure."""

from datetime import datetime, timedelta

FREE_TRIES = 5  # TCVN 14423:2026, level 3: business software locks after five failures
ADDRESS_FREE_TRIES = 20  # a whole facility may sit behind one address
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=12)
FORGOTTEN_AFTER = 2 * _LONGEST_WAIT


def waits_until(count: int, last_at: datetime, free: int = FREE_TRIES) -> datetime:
    """When the next try is heard: at once for the free tries, then 30 s, 1 min, 2 min, … 12 h.

    A wait that grows locks nobody out for good, so that a stranger cannot shut an admin out.
    """
    if count < free:
        return last_at
    doublings = min(count - free, 20)
    return last_at + min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
