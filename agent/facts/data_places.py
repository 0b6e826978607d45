"""Where data lies: whether the datasets' folders and the swap space are on encrypted devices."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import mounts, own, storage
from agent.facts.mounts import Mount
from agent.host import Host

SWAPS = "/proc/swaps"
ENCRYPTING_KINDS = ("ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs")
MEMORY_SWAP = "/dev/zram"


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    open: tuple[str, ...]


def collect_datasets(host: Host) -> PlaceFacts:
    folders = own.dataset_folders(host)
    mounted = mounts.collect(host).mounts
    encryption = storage.collect_encryption(host)
    return PlaceFacts(tuple(f for f in folders if not _encrypted(_of(mounted, f), encryption)))


def collect_swap(host: Host) -> PlaceFacts:
    """Swap in compressed memory never reaches a disk."""
    places = parse_swaps(host.read(SWAPS))
    on_disk = {place: kind for place, kind in places.items() if not place.startswith(MEMORY_SWAP)}
    if not on_disk:
        return PlaceFacts(())
    devices = storage.swap_encrypted(host.run(storage.BLOCKS, timeout_s=15))
    files = [place for place, kind in on_disk.items() if kind == "file"]
    partitions = [place for place, kind in on_disk.items() if kind != "file"]
    bad = list(partitions) if partitions and not devices else []
    if files:
        mounted, encryption = mounts.collect(host).mounts, storage.collect_encryption(host)
        bad += [file for file in files if not _encrypted(_of(mounted, file), encryption)]
    return PlaceFacts(tuple(bad))


def parse_swaps(text: str) -> dict[str, str]:
    """Source: proc(5), swaps: a heading, then place and kind."""
    lines = text.splitlines()
    if not lines or not lines[0].startswith("Filename"):
        raise UnreadableFactError(SWAPS, "unparsable")
    rows = [line.split() for line in lines[1:] if line.strip()]
    return {words[0]: words[1] for words in rows if len(words) > 1}


def _of(mounted: tuple[Mount, ...], path: str) -> Mount:
    """The file system on which a path lies; of two at one place the later hides the other."""
    inside = [
        m for m in mounted if m.place == "/" or f"{path}/".startswith(f"{m.place.rstrip('/')}/")
    ]
    if not inside:
        raise UnreadableFactError(mounts.PATH, "no_rule", path)
    longest = max(len(mount.place) for mount in inside)
    return [mount for mount in inside if len(mount.place) == longest][-1]


def _encrypted(mount: Mount, encryption: storage.EncryptionFacts) -> bool:
    if mount.kind in ENCRYPTING_KINDS or mount.place in encryption.encrypted:
        return True
    if mount.place in encryption.open:
        return False
    raise UnreadableFactError(f"lsblk: {mount.kind}", "no_rule", mount.place)
