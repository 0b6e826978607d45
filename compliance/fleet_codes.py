"""What the controller knows of each host by its being heard: the codes of `fleet` rows."""

from collections.abc import Callable

from compliance.answers import Answer, Look, passed, unknown
from compliance.reasons import Reason


def hosts_report(look: Look) -> Answer:
    """The host's checks reached the controller's log lately: its state is watched from there."""
    seen = look.host.findings
    if seen is None:
        return unknown(Reason.NEVER_SEEN)
    return passed(seen) if look.is_fresh(seen) else unknown(Reason.STALE, seen)


FLEET_CODES: dict[str, Callable[[Look], Answer]] = {"fleet.hosts_report": hosts_report}
