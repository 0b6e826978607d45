"""What the controller knows of each host by its being heard: the codes of `fleet` rows."""

from collections.abc import Callable

from compliance.answers import Answer, Look, failed, passed, unknown
from compliance.reasons import Reason


def hosts_report(look: Look) -> Answer:
    """The host's checks reached the controller's log lately: its state is watched from there."""
    seen = look.host.findings
    if seen is None:
        return unknown(Reason.NEVER_SEEN)
    return passed(seen) if look.is_fresh(seen) else unknown(Reason.STALE, seen)


def inventory_known(look: Look) -> Answer:
    """The host said lately what it is: operating system, kernel, processors, memory.

    Of a server without an agent it says nothing.
    """
    seen = look.host.inventory
    if seen is None:
        return unknown(Reason.NEVER_SEEN)
    return passed(seen) if look.is_fresh(seen) else unknown(Reason.STALE, seen)


def data_watched(look: Look) -> Answer:
    """Every watched path was compared with its baseline lately, without a gap, and it was told.

    A path that its owner took out of the configuration counts until its last scan is too old.
    """
    configuration = look.host.configuration
    if configuration is None:
        return unknown(Reason.NEVER_SEEN)
    if configuration.body.watched == 0:
        return failed(configuration)
    fresh = [seen for _, seen in sorted(look.host.scans.items()) if look.is_fresh(seen)]
    if len(fresh) < configuration.body.watched:
        reason = Reason.STALE if look.host.scans else Reason.NEVER_SEEN
        return unknown(reason, configuration, *fresh)
    if any(seen.body.gaps or seen.body.unreadable or not seen.body.baseline for seen in fresh):
        return unknown(Reason.COULD_NOT_LOOK, configuration, *fresh)
    return passed(configuration, *fresh)


FLEET_CODES: dict[str, Callable[[Look], Answer]] = {
    "fleet.hosts_report": hosts_report,
    "fleet.inventory_known": inventory_known,
    "fleet.data_watched": data_watched,
}
