"""What the modules of a PAM stack are set to: their files, then the words on their lines.

Source: faillock.conf(5), pwhistory.conf(5), pwquality.conf(5) and the modules' own pages.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from agent.errors import UnreadableFactError
from agent.facts import pam, pam_paths, sshd, sudo
from agent.facts.absent import require_one_of
from agent.host import Host, list_if_present, read_if_present

QUALITY, FAILLOCK, HISTORY = "pam_pwquality.so", "pam_faillock.so", "pam_pwhistory.so"
FILES = {
    QUALITY: "/etc/security/pwquality.conf",
    FAILLOCK: "/etc/security/faillock.conf",
    HISTORY: "/etc/security/pwhistory.conf",
}
DEFAULTS = {
    QUALITY: {
        "minlen": "8", "difok": "1", "minclass": "0", "maxrepeat": "0", "maxsequence": "0",
        "maxclassrepeat": "0", "gecoscheck": "0", "dictcheck": "1", "usercheck": "1", "retry": "1",
        "dcredit": "0", "ucredit": "0", "lcredit": "0", "ocredit": "0",
    },
    FAILLOCK: {"deny": "3", "unlock_time": "600", "fail_interval": "900"},
    HISTORY: {"remember": "10"},
}  # fmt: skip
# pam_pwhistory reads a file of its own from Linux-PAM 1.5.3 on; the package that brings the
# file is the one whose module reads it.
SHIPPED_FILES = tuple(
    f"/var/lib/dpkg/info/libpam-modules{name}.conffiles" for name in (":amd64", ":arm64", "")
)
_SETTING = re.compile(r"([^\s=]+)(?:\s*=\s*|\s+|\Z)(.*)")
REFUSING = {"preauth", "authsucc"}
OTHER = "other"  # the stack of every service that has none of its own
# A service whose program is not installed lets nobody in; the others are on every Debian.
PROGRAMS = {"sshd": sshd.PROGRAMS, "sudo": sudo.PROGRAMS}


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What holds on each line of the module; nothing when the stack does not insist on it."""

    lines: tuple[dict[str, str], ...]


@cache
def stack_of(service: str) -> Callable[[Host], pam.Stack]:
    """The same question for every check of this service, so that it is put once."""

    def collect(host: Host) -> pam.Stack:
        if service in PROGRAMS:
            require_one_of(host, *PROGRAMS[service])
        try:
            return pam.collect(host, service)
        except UnreadableFactError as error:
            if error.reason == "missing" and error.source == f"{pam.FOLDERS[0]}/{service}":
                return pam.collect(host, OTHER)
            raise

    return collect


@cache
def module_of(service: str, kind: str, module: str) -> Callable[[Host], ModuleFacts]:
    def collect(host: Host) -> ModuleFacts:
        lines = in_force(stack_of(service)(host), kind, module)
        settings = tuple(settings_of(host, line) for line in lines)
        warns = any(one.get("enforcing") == "0" for one in settings)
        return ModuleFacts(() if warns else settings)

    return collect


def in_force(stack: pam.Stack, kind: str, module: str) -> tuple[pam.Line, ...]:
    """The module's lines, when nobody gets by without its yes."""
    lines = tuple(line for line in stack.of(kind) if line.module == module)
    if module == FAILLOCK:
        return lines if locks_out(stack) else ()
    return lines if pam_paths.demanded(stack.of(kind), lines.__contains__) else ()


def locks_out(stack: pam.Stack) -> bool:
    """pam_faillock counts on one line and refuses on another: failures only counted lock nobody."""
    used = [line for line in stack.of("auth") if line.module == FAILLOCK]
    counting = [line for line in used if "authfail" in line.options and line.skips() == 0]
    refusing = [line for line in used if line.demands and REFUSING & set(line.options)]
    refusing += [line for line in stack.of("account") if line.module == FAILLOCK]
    return bool(counting and refusing)


def settings_of(host: Host, line: pam.Line) -> dict[str, str]:
    """The module's own defaults, its files in their order, then the line; flags have no value."""
    values = dict(DEFAULTS.get(line.module, {}))
    if line.module in FILES:
        for text in _files(host, line):
            found = values_of(text)
            small = {name.lower(): value for name, value in found.items()}
            values |= small if line.module == QUALITY else found  # the others know capitals
    return values | {k: v for k, _, v in (option.partition("=") for option in line.options)}


def values_of(text: str) -> dict[str, str]:
    """`name = value` and `name value` lines; a bare name has an empty value."""
    found = (_SETTING.fullmatch(line.partition("#")[0].strip()) for line in text.splitlines())
    return {pair[1]: pair[2] for pair in found if pair}


def _files(host: Host, line: pam.Line) -> list[str]:
    """A file that the line names must be there; the usual ones may be missing."""
    named, usual = line.option("conf"), FILES[line.module]
    if line.module == HISTORY and not _reads_its_file(host):
        return []
    if named:
        return [host.read(named)]
    folder = f"{usual}.d"
    names = list_if_present(host, folder) if line.module == QUALITY else ()
    paths = [f"{folder}/{name}" for name in names if name.endswith(".conf")]
    return [read_if_present(host, path) or "" for path in (*paths, usual)]


def _reads_its_file(host: Host) -> bool:
    texts = (read_if_present(host, path) for path in SHIPPED_FILES)
    shipped = next((text for text in texts if text is not None), "")
    return FILES[HISTORY] in shipped.split()
