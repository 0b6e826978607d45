"""Checks of mounts, encryption at rest, removable media and resources."""

from agent.checks.limits import DISK_FULL_PERCENT, MEMORY_LEFT_PERCENT
from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import memory, removable, storage
from wire.privacy import Privacy
from wire.text import N_


def data_encrypted(facts: storage.EncryptionFacts) -> Outcome:
    return none_of(facts.open)


def disks_have_room(usages: tuple[storage.Usage, ...]) -> Outcome:
    return none_of([f"{u.place} {u.used_percent} %" for u in usages if _full(u)])


def memory_is_left(facts: memory.MemoryFacts) -> Outcome:
    percent = 100 * facts.available_kib // facts.total_kib
    return judged(percent >= MEMORY_LEFT_PERCENT, f"MemAvailable {percent} %")


def sticks_not_opened(facts: removable.RemovableFacts) -> Outcome:
    driver = "usb-storage off" if facts.blocked else "usb-storage on"
    running = ", ".join(facts.openers) or "no automount"
    return judged(facts.blocked or not facts.openers, f"{driver}; {running}")


def sticks_scanned(facts: removable.RemovableFacts) -> Outcome:
    driver = "usb-storage off" if facts.blocked else "usb-storage on"
    running = ", ".join(facts.scanners) or "no scanner on access"
    return judged(facts.blocked or bool(facts.scanners), f"{driver}; {running}")


def _full(usage: storage.Usage) -> bool:
    return usage.used_percent >= DISK_FULL_PERCENT


_BLOCK_STICKS = (
    "echo 'install usb-storage /bin/false' > /etc/modprobe.d/usb-storage.conf && "
    "modprobe -r usb-storage"
)

CHECKS = (
    Check(
        id="storage.data_encrypted",
        title=N_("Data lies encrypted on the disks"),
        why=N_("A disk that is stolen, sent for repair or thrown away tells nothing."),
        expected="none without LUKS",
        remedy="cryptsetup luksFormat DISK && cryptsetup open DISK data && mkfs.ext4 "
        "/dev/mapper/data",
        needs=storage.collect_encryption,
        judge=data_encrypted,
        source="cryptsetup(8); TCVN 14423:2026, 5.4.2.4 a)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="storage.disks_have_room",
        title=N_("The disks have room"),
        why=N_("A full disk stops logs, backups and the hospital's own programs."),
        expected=f"none from {DISK_FULL_PERCENT} % on",
        remedy="df -h; du -xh --max-depth=2 / | sort -h | tail -20",
        needs=storage.collect_usage,
        judge=disks_have_room,
        source="df(1); limit: our own choice",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="resources.memory_is_left",
        title=N_("The server has memory left"),
        why=N_("Without free memory the kernel ends programs, often the most important one."),
        expected=f"MemAvailable ≥ {MEMORY_LEFT_PERCENT} %",
        remedy="ps -eo rss,comm --sort=-rss | head; systemctl restart SERVICE",
        needs=memory.collect,
        judge=memory_is_left,
        source="proc(5), meminfo; limit: our own choice",
    ),
    Check(
        id="removable.sticks_not_opened",
        title=N_("A plugged-in stick is not opened by itself"),
        why=N_("Malware comes on sticks and waits for somebody to plug them in."),
        expected="usb-storage off, or no automount",
        remedy="systemctl disable --now udisks2 autofs",
        needs=removable.collect,
        judge=sticks_not_opened,
        source="TCVN 14423:2026, 5.10.2.2; modprobe.d(5)",
    ),
    Check(
        id="removable.sticks_scanned",
        title=N_("What comes on a stick is scanned before it is used"),
        why=N_("Malware comes on sticks and waits for somebody to plug them in."),
        expected="usb-storage off, or a scanner that looks at files when they are used",
        remedy="apt install clamav-daemon && systemctl enable --now clamav-clamonacc",
        needs=removable.collect,
        judge=sticks_scanned,
        source="TCVN 14423:2026, 5.10.2.2; clamonacc(8)",
    ),
)
