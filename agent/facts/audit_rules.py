"""The rules that the kernel's audit follows now, and those that it gets at the next start."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import auditd
from agent.facts.audit_rule import Rule, parse
from agent.host import Host, list_if_present, present, read_if_present

FOLDER, FILE = "/etc/audit/rules.d", "/etc/audit/audit.rules"
PROGRAM_FOLDERS = ("/usr/bin", "/usr/sbin")


@dataclass(frozen=True, slots=True)
class Loaded:
    """`unreadable` says why nobody could ask the kernel; nothing else counts then."""

    enabled: int = 0  # 0 off, 1 on, 2 on and locked until restart
    rules: tuple[Rule, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class AuditRuleFacts:
    installed: bool
    loaded: Loaded = Loaded()
    saved: tuple[Rule, ...] = ()
    saved_enabled: int = 1  # what the files set last: `-e 2` locks
    programs: frozenset[str] = frozenset()  # of PROGRAM_FOLDERS, by their whole paths


def collect(host: Host) -> AuditRuleFacts:
    if not any(present(host, path) for path in auditd.PROGRAMS):
        return AuditRuleFacts(installed=False)
    lines = _saved(host)
    return AuditRuleFacts(
        installed=True,
        loaded=_loaded(host),
        saved=parse(lines),
        saved_enabled=enabled_by(lines),
        programs=frozenset(
            f"{folder}/{name}" for folder in PROGRAM_FOLDERS for name in host.listing(folder)
        ),
    )


def _loaded(host: Host) -> Loaded:
    """The files may settle the question, so a kernel that does not answer is no error here."""
    try:
        enabled, _ = auditd.parse_status(host.run(auditd.STATUS, timeout_s=10))
        return Loaded(enabled, parse(auditd.parse_rules(host.run(auditd.RULES, timeout_s=10))))
    except UnreadableFactError as error:
        return Loaded(unreadable=error.reason)


def _saved(host: Host) -> tuple[str, ...]:
    """What augenrules(8) puts together, or the file itself where it has nothing to do so from."""
    names = sorted(name for name in list_if_present(host, FOLDER) if name.endswith(".rules"))
    texts = [host.read(f"{FOLDER}/{name}") for name in names]
    if not texts:
        return without_deleted(_lines(read_if_present(host, FILE) or ""))
    return tuple(line for text in texts for line in _lines(text))


def _lines(text: str) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def without_deleted(lines: Sequence[str]) -> tuple[str, ...]:
    """`-D` takes back every rule before it; augenrules(8) itself puts it first."""
    last = max((place for place, line in enumerate(lines) if line == "-D"), default=-1)
    return tuple(lines[last + 1 :])


def enabled_by(lines: tuple[str, ...]) -> int:
    """augenrules(8) puts `-e` behind all rules; the last one holds, without any it is on."""
    pairs = (line.split()[:2] for line in lines)
    flags = [words[1] for words in pairs if len(words) > 1 and words[0] == "-e"]
    return int(flags[-1]) if flags and flags[-1] in {"0", "1", "2"} else 1
