"""Who may put programs on this host, and whether it is written down when somebody does."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import accounts
from agent.host import Host, list_if_present, present, read_if_present

PROGRAM_FOLDERS = (
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/opt", "/usr/local/lib",
)  # fmt: skip
RULES = ("/etc/polkit-1/rules.d", "/usr/share/polkit-1/rules.d")
DPKG, DPKG_FOLDER = "/etc/dpkg/dpkg.cfg", "/etc/dpkg/dpkg.cfg.d"
_GROUP_WRITE, _OTHER_WRITE = 0o020, 0o002
_ALLOWS = re.compile(r"packagekit|org\.debian\.apt|snapd|flatpak", re.IGNORECASE)
_WITHOUT_PROOF = re.compile(r"polkit\.Result\.YES")
_FOR_ADMINS = re.compile(r"isInGroup\(\s*[\"'](?:sudo|wheel|admin|root)[\"']\s*\)")


@dataclass(frozen=True, slots=True)
class InstallFacts:
    open_places: tuple[str, ...]  # folders of programs that somebody besides root may change
    open_rules: tuple[str, ...]  # files that let people install without proof


def collect(host: Host) -> InstallFacts:
    names = accounts.collect_names(host)
    members = {number: names.groups[group] for group, number in names.group_ids.items()}
    found = {path: host.lstat(path) for path in PROGRAM_FOLDERS if present(host, path)}
    if not found:
        raise UnreadableFactError(PROGRAM_FOLDERS[2], "missing")
    places = [
        path
        for path, status in found.items()
        if status.kind == "folder"
        and (status.uid or status.mode & _OTHER_WRITE
             or (status.mode & _GROUP_WRITE and status.gid and members.get(status.gid)))
    ]  # fmt: skip
    paths = [f"{folder}/{n}" for folder in RULES for n in list_if_present(host, folder)]
    rules = [path for path in paths if lets_install(host.read(path))]
    return InstallFacts(tuple(places), tuple(rules))


def lets_install(text: str) -> bool:
    """Whether a rule of polkit(8) says yes to an installer for others than administrators."""
    said = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    return any(
        _ALLOWS.search(rule) and _WITHOUT_PROOF.search(rule) and not _FOR_ADMINS.search(rule)
        for rule in said.split("addRule")
    )


def collect_log(host: Host) -> str:
    """The file in which dpkg writes what it does; empty when none is named; dpkg.cfg(5)."""
    names = [n for n in list_if_present(host, DPKG_FOLDER) if re.fullmatch(r"[\w-]+", n)]
    texts = [host.read(DPKG), *(read_if_present(host, f"{DPKG_FOLDER}/{n}") or "" for n in names)]
    found = [m for text in texts for m in re.findall(r"^\s*log[ =]\s*(\S+)", text, re.MULTILINE)]
    path = str(found[-1]) if found else ""
    return path if path and path != "/dev/null" and present(host, path) else ""
