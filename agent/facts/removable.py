"""Whether a stick that somebody plugs in would be opened by itself."""

from dataclasses import dataclass

from agent.facts import processes
from agent.host import Host, list_if_present, read_if_present

FOLDERS = ("/usr/lib/modprobe.d", "/run/modprobe.d", "/etc/modprobe.d")
OPENERS = ("udisksd", "autofs", "automount", "usbmount", "pcmanfm", "gvfsd")


@dataclass(frozen=True, slots=True)
class RemovableFacts:
    blocked: bool  # the kernel does not load the driver for storage on USB
    openers: tuple[str, ...]  # programs that run and open what is plugged in


def collect(host: Host) -> RemovableFacts:
    names = {name: folder for folder in FOLDERS for name in list_if_present(host, folder)}
    texts = [
        read_if_present(host, f"{folder}/{name}") or ""
        for name, folder in names.items()
        if name.endswith(".conf")
    ]
    running = processes.collect(host).running(*OPENERS)
    return RemovableFacts(any(blocks_storage(text) for text in texts), running)


def blocks_storage(text: str) -> bool:
    """`blacklist` alone does not stop a load by name; `install … false` does; modprobe.d(5)."""
    for line in text.splitlines():
        words = line.partition("#")[0].replace("_", "-").split()
        if words[:2] == ["install", "usb-storage"] and words[-1].endswith(("/false", "/true")):
            return True
    return False
