"""Protections of the running kernel and processor against exploited flaws."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host, read_if_present

FOLDER = "/sys/kernel/security"
PROFILES, ENFORCE = f"{FOLDER}/apparmor/profiles", "/sys/fs/selinux/enforce"
PROCESSOR = "/proc/cpuinfo"
ALWAYS_ON = ("aarch64", "ARMv8", "CPU architecture")  # there the page tables always know it


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    enforced: int
    complaining: int
    selinux: bool


def collect_profiles(host: Host) -> ProfileFacts:
    selinux = (read_if_present(host, ENFORCE) or "").strip() == "1"
    if "apparmor" not in host.listing(FOLDER):
        return ProfileFacts(0, 0, selinux)
    text = host.read(PROFILES)
    return ProfileFacts(text.count("(enforce)"), text.count("(complain)"), selinux)


def collect_no_execute(host: Host) -> bool:
    """Whether memory that holds data cannot be run as a program."""
    text = host.read(PROCESSOR)
    if any(word in text for word in ALWAYS_ON):
        return True
    flags = [line.partition(":")[2].split() for line in text.splitlines() if line[:5] == "flags"]
    if not flags:
        raise UnreadableFactError(PROCESSOR, "unparsable")
    return all("nx" in words for words in flags)
