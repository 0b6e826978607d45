"""Units of systemd: which are there, which start by themselves, which run now."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.understood import understood
from agent.host import Host, present

RUNNING = ("systemctl", "list-units", "--all", "--full", "--plain", "--no-legend", "--no-pager")
FILES = ("systemctl", "list-unit-files", "--full", "--no-legend", "--no-pager")
FOLDERS = (
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
)  # fmt: skip
INIT_SCRIPTS = "/etc/init.d"
_COLUMNS = 4  # UNIT LOAD ACTIVE SUB
RUNNING_STATES = frozenset(
    {"active", "activating", "reloading", "refreshing", "maintenance", "deactivating"}
)


@dataclass(frozen=True, slots=True)
class UnitStates:
    active: dict[str, str]  # of what systemd has loaded
    enabled: dict[str, str]  # of what has a file


@dataclass(frozen=True, slots=True)
class UnitsOf:
    """Asks for some units: None when no file of theirs is on this system."""

    names: tuple[str, ...]

    def __call__(self, host: Host) -> UnitStates | None:
        if not any(_there(host, path) for name in self.names for path in files_of(name)):
            return None
        return understood(host, collect)


def collect(host: Host) -> UnitStates:
    """All units at once, however many checks ask."""
    active = columns(host.run(RUNNING, timeout_s=20))
    enabled = columns(host.run(FILES, timeout_s=20))
    return UnitStates(
        {words[0]: words[2] for words in active if len(words) >= _COLUMNS},
        {words[0]: words[1] for words in enabled if len(words) > 1},
    )


def _there(host: Host, path: str) -> bool:
    """What lay below /run died with the running system: one that rests has no units there."""
    try:
        return present(host, path)
    except UnreadableFactError as error:
        if error.reason == "other_root" and path.startswith("/run/"):
            return False
        raise


def columns(output: str) -> list[list[str]]:
    """Lines as words; a failed unit has a mark before its name."""
    return [line.lstrip("●*\u00d7 ").split() for line in output.splitlines() if line.strip()]


def files_of(name: str) -> tuple[str, ...]:
    """Where a unit, or the script that systemd makes one of, would lie."""
    script = (f"{INIT_SCRIPTS}/{name.removesuffix('.service')}",) if ".service" in name else ()
    return (*(f"{folder}/{name}" for folder in FOLDERS), *script)
