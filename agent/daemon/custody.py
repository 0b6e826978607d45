"""Looks once a day who has a key of each repository."""

from agent.backup.keys import ACCEPTED, SeenKey
from agent.backup.records import Records
from agent.backup.site_facts import Keys
from agent.clock import Clock
from agent.restic import forgetting
from agent.restic.door import Restic


def look_at_keys(restic: Restic, records: Records, clock: Clock) -> tuple[SeenKey, ...]:
    """List the keys of a site's repository, and remember how many nobody here knows.

    Raises:
        ResticError: they cannot be listed; what was known before grows old.
    """
    now = clock.now()
    seen = records.known_keys(restic.site).look(forgetting.keys(restic), now)
    strangers = sum(1 for key in seen if not key.known)
    records.site_facts().put(restic.site, Keys(strangers), now)
    return seen


def accept_key(records: Records, site: str, key: str, clock: Clock) -> None:
    """A person at this host knows whose key it is."""
    records.known_keys(site).note(key, ACCEPTED, clock.now())
