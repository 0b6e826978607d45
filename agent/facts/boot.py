"""What guards the start of this host: signed loaders, a password before other systems, lockdown."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.host import Host, present, read_if_present

FIRMWARE, EFI = "/sys/firmware", "/sys/firmware/efi"
SECURE_BOOT = f"{EFI}/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
SECURITY = "/sys/kernel/security"
LOCKDOWN = f"{SECURITY}/lockdown"
GRUB = ("/boot/grub/grub.cfg", "/boot/grub2/grub.cfg")
GRUB_USER = "/boot/grub/user.cfg"
SYSTEMD_BOOT = (
    "/boot/efi/loader/loader.conf",
    "/efi/loader/loader.conf",
    "/boot/loader/loader.conf",
)
_PASSWORD = re.compile(r"^\s*password_pbkdf2\s+\S+\s+grub\.pbkdf2", re.MULTILINE)
_SUPERUSERS = re.compile(r"^\s*set\s+superusers\s*=\s*[\"']?\S", re.MULTILINE)
_NO_EDITOR = re.compile(r"^\s*editor\s+(?:no|off|0|false|n)\s*$", re.MULTILINE)
_CHOSEN = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True, slots=True)
class LoaderFacts:
    guarded: bool
    said: str


def collect_secure_boot(host: Host) -> bool:
    """The firmware's own variable: four bytes of attributes, then 1 when it checks signatures."""
    if not present(host, EFI):
        host.lstat(FIRMWARE)  # where even this is not shown nothing is known
        raise SubjectAbsentError("not_used", f"no {EFI}")
    value = host.read(SECURE_BOOT).rstrip("\n")
    if not value or value[-1] not in "\0\1":
        raise UnreadableFactError(SECURE_BOOT, "unparsable")
    return value[-1] == "\1"


def collect_lockdown(host: Host) -> str:
    """The word in brackets holds: none, integrity or confidentiality; kernel_lockdown(7)."""
    if LOCKDOWN.rpartition("/")[2] not in (host.listing(SECURITY) or ("lockdown",)):
        return "not in this kernel"
    found = _CHOSEN.search(host.read(LOCKDOWN))
    if found is None:
        raise UnreadableFactError(LOCKDOWN, "unparsable")
    return found[1]


def collect_loader(host: Host) -> LoaderFacts:
    """A host without a loader of its own is started by that of its virtual machine's host."""
    texts = [text for path in GRUB if (text := read_if_present(host, path)) is not None]
    if texts:
        text = texts[0] + (read_if_present(host, GRUB_USER) or "")
        password, named = bool(_PASSWORD.search(text)), bool(_SUPERUSERS.search(text))
        return LoaderFacts(
            password and named, f"superusers {_yes(named)}, password {_yes(password)}"
        )
    for path in SYSTEMD_BOOT:
        text = read_if_present(host, path) or ""
        if text:
            closed = bool(_NO_EDITOR.search(text))
            return LoaderFacts(closed, f"editor {'no' if closed else 'yes'}")
    raise SubjectAbsentError("not_installed", f"no {GRUB[0]}, {SYSTEMD_BOOT[0]}")


def _yes(there: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "yes" if there else "no"
