"""Whether what was logged here can still be changed here."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host, list_if_present, present

LOGS = ("/var/log/audit/audit.log", "/var/log/auth.log", "/var/log/syslog")
JOURNAL = "/var/log/journal"
SEALING_KEY = "fss"
_ATTRIBUTES = 2


@dataclass(frozen=True, slots=True)
class GuardFacts:
    growing_only: tuple[str, ...]  # logs that even root can only add to
    others: tuple[str, ...]
    sealed_journal: bool  # its records are sealed with a key that moves on


def collect(host: Host) -> GuardFacts:
    logs = tuple(path for path in LOGS if present(host, path))
    attributes = {path: _attributes(host, path) for path in logs}
    growing = tuple(path for path, letters in attributes.items() if set(letters) & {"a", "i"})
    machines = list_if_present(host, JOURNAL)
    sealed = any(present(host, f"{JOURNAL}/{name}/{SEALING_KEY}") for name in machines)
    return GuardFacts(growing, tuple(path for path in logs if path not in growing), sealed)


def _attributes(host: Host, path: str) -> str:
    """Letters of lsattr(1); a file system that knows none has none that guard."""
    try:
        words = host.run(("lsattr", "-d", path), timeout_s=5).split()
    except UnreadableFactError as error:
        if "Inappropriate ioctl" in error.detail or "not supported" in error.detail:
            return ""
        raise
    if len(words) < _ATTRIBUTES or words[1] != path:
        raise UnreadableFactError(f"lsattr -d {path}", "unparsable")
    return words[0]
