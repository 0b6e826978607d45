"""Whether a stick that somebody plugs in would be opened by itself."""

from dataclasses import dataclass

from agent.facts import antivirus, modules, processes
from agent.facts.understood import understood
from agent.host import Host

OPENERS = ("udisksd", "autofs", "automount", "usbmount", "pcmanfm", "gvfsd")


@dataclass(frozen=True, slots=True)
class RemovableFacts:
    blocked: bool  # the kernel does not load the driver for storage on USB
    openers: tuple[str, ...]  # programs that run and open what is plugged in
    scanners: tuple[str, ...]  # programs that look at files when they are used


def collect(host: Host) -> RemovableFacts:
    blocked = understood(host, modules.collect_rules).refuses("usb_storage")
    found = processes.collect(host)
    return RemovableFacts(blocked, found.running(*OPENERS), found.running(*antivirus.ON_ACCESS))
