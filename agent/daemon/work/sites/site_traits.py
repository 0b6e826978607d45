"""What of a place must not change unnoticed: a changed trait asks for another look at once."""

from agent.backup.records.traits import Traits
from recovery.places import Place


def traits_of(place: Place) -> Traits:
    """The traits that could be seen."""
    filesystem = place.filesystem
    seen = {
        "host_key": place.host_key,
        "tls_key": place.tls_key,
        "boot_id": None if place.network_mount else place.boot_id,
        "address": place.address,
        "mount": place.storage_source or place.device,
        "filesystem": filesystem and f"{filesystem.fsid} {filesystem.size_bytes}",
    }
    return {name: str(value) for name, value in seen.items() if value}


def differ(before: Traits, now: Traits) -> bool:
    """Whether anything that was seen both times is another now."""
    return any(before[name] != value for name, value in now.items() if name in before)
