"""When an idle shell ends, and whether anybody is logged in without asking."""

import re
from dataclasses import dataclass

from agent.host import Host, list_if_present, read_if_present

PROFILE, PROFILE_FOLDER = "/etc/profile", "/etc/profile.d"
SHELL_FILE = "/etc/bash.bashrc"
UNITS = ("/etc/systemd/system", "/run/systemd/system")
DISPLAY_MANAGERS = (
    "/etc/gdm3/daemon.conf", "/etc/gdm3/custom.conf", "/etc/lightdm/lightdm.conf",
    "/etc/sddm.conf",
)  # fmt: skip
DISPLAY_FOLDERS = ("/etc/lightdm/lightdm.conf.d", "/etc/sddm.conf.d")
_TIMEOUT = re.compile(r"(?:^|[;&\s])(?:export\s+|readonly\s+|declare\s+-\w+\s+)*TMOUT=(\d{1,9})\b")
_NO_TIMEOUT = re.compile(r"\bunset\s+(?:-v\s+)?(?:\w+\s+)*TMOUT\b|(?:^|[;&\s])TMOUT=(?:[\s;]|\Z)")
_AUTOLOGIN = re.compile(
    r"^\s*(?:AutomaticLoginEnable\s*=\s*true|TimedLoginEnable\s*=\s*true"
    r"|autologin-user\s*=\s*\S+|User\s*=\s*\S+|ExecStart\s*=.*agetty.*\s(?:-a|--autologin)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class IdleFacts:
    """The time after which a shell ends; None when nothing sets it."""

    timeout_s: int | None


def collect_idle(host: Host) -> IdleFacts:
    """The files that every login shell reads, in its order; the last word holds."""
    names = [n for n in list_if_present(host, PROFILE_FOLDER) if n.endswith(".sh")]
    paths = (PROFILE, SHELL_FILE, *(f"{PROFILE_FOLDER}/{name}" for name in names))
    host.read(PROFILE)  # a host without it is none that we know
    found = [timeout_of(read_if_present(host, path) or "") for path in paths]
    return IdleFacts(next((one for one in reversed(found) if one is not None), None))


def timeout_of(text: str) -> int | None:
    """The last TMOUT of a shell script; bash(1)."""
    seconds = None
    for line in text.splitlines():
        found = _TIMEOUT.search(line.partition("#")[0])
        seconds = int(found[1]) if found else seconds
        if _NO_TIMEOUT.search(line.partition("#")[0]):
            seconds = 0
    return seconds


def collect_autologin(host: Host) -> tuple[str, ...]:
    """The files that log somebody in without asking: consoles and display managers."""
    paths = list(DISPLAY_MANAGERS)
    for folder in DISPLAY_FOLDERS:
        paths += [f"{folder}/{name}" for name in list_if_present(host, folder)]
    for folder in UNITS:
        for unit in (name for name in list_if_present(host, folder) if "getty" in name):
            place = f"{folder}/{unit}"
            if unit.endswith(".d"):
                paths += [f"{place}/{name}" for name in host.listing(place)]
            elif unit.endswith(".service") and host.lstat(place).kind == "file":
                paths.append(place)  # the unit itself, written anew; a link switches it off
    return tuple(path for path in paths if logs_in(read_if_present(host, path) or ""))


def logs_in(text: str) -> bool:
    """`User=` counts only in sddm's section [Autologin]; other files name users elsewhere."""
    section = ""
    for line in text.replace("\\\n", " ").splitlines():
        section = line.strip().lower() if line.strip().startswith("[") else section
        found = _AUTOLOGIN.match(line)
        if found and (section == "[autologin]" or not line.strip().lower().startswith("user")):
            return True
    return False
