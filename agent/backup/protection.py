"""What protects a site against a stolen credential of this agent, as the latest attack found it."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from agent.backup.records.site_facts import Attacked, Known, SiteFacts
from agent.sites.door import SiteDoor
from recovery.rpo import happened_within
from wire.verdicts import Protection

PROVED_FOR = timedelta(days=7)


def protection_of(facts: SiteFacts, site: SiteDoor, now: datetime) -> Protection:
    """A proof grows old; that nothing protects the site stands until an attack fails there."""
    attacked = decided(facts, site, now)
    return site.protection if attacked is None else attacked.value.protection


def decided(facts: SiteFacts, site: SiteDoor, now: datetime) -> Known[Attacked] | None:
    """The latest attack at this place that proved or disproved something, if it still counts."""
    attacked = facts.get(site.name, Attacked)
    if attacked is None or attacked.value.place != site.place:
        return None
    if attacked.value.protection is Protection.NONE:
        return attacked
    fresh = happened_within(attacked.looked_at, PROVED_FOR, now)
    return attacked if fresh and attacked.value.protection is Protection.PROVED else None


def remember(facts: SiteFacts, site: SiteDoor, found: Attacked, now: datetime) -> None:
    """What could not be tried does not take the place of what was proved or disproved before."""
    if found.protection is not Protection.CLAIMED or decided(facts, site, now) is None:
        facts.put(
            site.name, replace(found, proved_at=_proved_at(facts, site.name, found, now)), now
        )


def lost(facts: SiteFacts, site: SiteDoor) -> bool:
    """Whether an attack succeeds at a place where one had failed before."""
    known = facts.get(site.name, Attacked)
    if known is None or known.value.place != site.place:
        return False
    return known.value.protection is Protection.NONE and known.value.proved_at is not None


def _proved_at(facts: SiteFacts, name: str, found: Attacked, now: datetime) -> datetime | None:
    """Another place has proved nothing yet."""
    if found.protection is Protection.PROVED:
        return now
    before = facts.get(name, Attacked)
    if before is None or before.value.place != found.place:
        return None
    proved = before.value.protection is Protection.PROVED
    return before.looked_at if proved else before.value.proved_at
