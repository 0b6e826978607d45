"""What a look at the sites proves of one host: the codes that say where copies lie."""

from compliance.answers import Answer, Look, failed, passed, unknown
from compliance.logged import Seen
from compliance.reasons import Reason
from wire.recovery_messages import HOST, SiteEvidence, SitePair
from wire.verdicts import Separation

LEVEL_WITH_DISTANCE = 5  # from this level on, an agent holds its sites against 30 km
_DOUBTED = frozenset({Separation.NOT_SEPARATE, Separation.SUSPECT})
_SIGNS_OF_DISTANCE = frozenset({"rtt", "coordinates"})


def sites_separate(look: Look) -> Answer:
    """The two-site verdict is SEPARATE: different machines and filesystems, with proof."""
    seen = look.host.sites
    if seen is None or not look.is_fresh(seen):
        return _not_looked(seen)
    if seen.body.verdict in _DOUBTED:
        return failed(seen)
    return _only_if(seen.body.verdict is Separation.SEPARATE, seen)


def apart_from_host(look: Look) -> Answer:
    """At least one site is proved to be another machine than the protected server."""
    seen = look.host.sites
    if seen is None or not look.is_fresh(seen):
        return _not_looked(seen)
    verdicts = {pair.verdict for pair in seen.body.pairs if _is_with_host(pair)}
    if verdicts and verdicts <= _DOUBTED:
        return failed(seen)
    return _only_if(Separation.SEPARATE in verdicts, seen)


def sites_far_apart(look: Look) -> Answer:
    """Two sites are separate and at least 30 km apart, by their places and by light's way there.

    The agent measures against 30 km only where its configuration names a level 5 system; a look
    before that configuration, or at a lower level, held the sites against a lesser distance.

    Source: TCVN 14423:2026, 7.12.2.2 a).
    """
    seen, configuration = look.host.sites, look.host.configuration
    if seen is None or not look.is_fresh(seen):
        return _not_looked(seen)
    if configuration is None:
        return unknown(Reason.NEVER_SEEN, seen)
    asked = max(configuration.body.levels.values(), default=0) >= LEVEL_WITH_DISTANCE
    if not asked or configuration.made_at > seen.made_at:
        return unknown(Reason.COULD_NOT_LOOK, seen, configuration)
    pairs = [pair for pair in seen.body.pairs if not _is_with_host(pair)]
    if pairs and all(_SIGNS_OF_DISTANCE.intersection(pair.hard) for pair in pairs):
        return failed(seen, configuration)
    return _only_if(any(_is_far(pair) for pair in pairs), seen)


def _is_far(pair: SitePair) -> bool:
    measured = not _SIGNS_OF_DISTANCE.intersection(pair.missing)
    return measured and pair.verdict is Separation.SEPARATE


def _is_with_host(pair: SitePair) -> bool:
    return HOST in (pair.a, pair.b)


def _only_if(proved: bool, seen: Seen[SiteEvidence]) -> Answer:  # noqa: FBT001 - the question itself
    return passed(seen) if proved else unknown(Reason.COULD_NOT_LOOK, seen)


def _not_looked(seen: Seen[SiteEvidence] | None) -> Answer:
    return unknown(Reason.NEVER_SEEN) if seen is None else unknown(Reason.STALE, seen)
