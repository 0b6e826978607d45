"""A Samba that records, without a Samba: its settings, its log, its logins, its files' changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from agent.config.model import Watched
from agent.errors import UnreadableFactError
from agent.facts.samba import SambaFacts
from agent.facts.smb_conf import DEFAULTS
from agent.files.record import FileRecord
from agent.host import FileStatus
from agent.integrity.change import Change, Kind
from agent.integrity.seen import Seen
from agent.integrity.who.full_audit.audit import FullAudit
from agent.integrity.who.full_audit.logs import Logs
from agent.integrity.who.full_audit.settings import Settings
from agent.integrity.who.record import Who
from agent.integrity.who.sessions import Session

AN, BINH, OWNER = 1001, 1002, 1003
UIDS = {"an": AN, "binh": BINH, "chung": OWNER, "root": 0}
PID = 4242
AT = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
AT_NS = int(AT.timestamp()) * 10**9
SMBD = Who(uid=OWNER, login_uid=None, pid=PID, exe="/usr/sbin/smbd")
RECORDED = {"vfs objects": "full_audit", "full_audit:prefix": "%u|%U|%I|%S"}


def facts_of(*, share: dict[str, str] | None = None, **others: str) -> SambaFacts:
    """One share, /srv/share, in the name of `chung`, all of it recorded."""
    settings = {**DEFAULTS, "full_audit:success": "all", **RECORDED}
    settings |= {name.replace("_", " "): value for name, value in others.items()}
    of_share = {"path": "/srv/share", "read only": "no", "force user": "chung", **(share or {})}
    return SambaFacts(settings, {"share": of_share})


def record(path: bytes) -> FileRecord:
    return FileRecord(
        path=path, mode=0o100644, uid=0, gid=0, size=1, mtime_ns=1, ctime_ns=1, inode=1, device=1,
        links=1, sha256=b"x" * 32, hashed_at=1, trouble="", attributes=None,
    )  # fmt: skip


def seen(
    path: bytes, who: Who | None = SMBD, kind: Kind = Kind.ADDED, *, old: bytes | None = None
) -> Seen:
    before = record(old or path) if kind is not Kind.ADDED else None
    after = record(path) if kind is not Kind.REMOVED else None
    return Seen(Change(kind, before, after), Watched(Path("/srv")), AT, None, who)


@dataclass
class Journal:
    """A host whose journald has these messages, each with the process that sent it."""

    messages: list[tuple[int, str, int]] = field(default_factory=list)
    exe: str = "/usr/sbin/smbd"
    fails: str = ""
    asked: int = 0

    def says(self, message: str, pid: int = PID, at_ns: int = AT_NS) -> None:
        self.messages.append((pid, message, at_ns))

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        del timeout_s, accept
        self.asked += 1
        if self.fails:
            raise UnreadableFactError(argv[0], self.fails)
        told, self.messages = self.messages, []
        return "".join(self._row(number, *each) for number, each in enumerate(told))

    def _row(self, number: int, pid: int, message: str, at_ns: int) -> str:
        text = list(message.encode()) if "\n" in message else f'"{message}"'
        return (
            f'{{"__CURSOR": "c{number}", "_PID": "{pid}", "_EXE":'
            f' "{self.exe}", "MESSAGE": {text}, "__REALTIME_TIMESTAMP": "{at_ns // 1000}"}}\n'
        )

    def read(self, path: str, *, limit_bytes: int = 0) -> str:
        del limit_bytes
        raise UnreadableFactError(path, "missing")

    def listing(self, path: str) -> tuple[str, ...]:
        raise UnreadableFactError(path, "missing")

    def lstat(self, path: str) -> FileStatus:
        raise UnreadableFactError(path, "missing")

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        raise UnreadableFactError(f"{database}: {query}", "missing")

    def now(self) -> datetime:
        return AT


@dataclass
class Logins:
    """What smbstatus would say, and between whom the kernel could not decide."""

    users: tuple[str, ...] = ()
    between: tuple[Who, ...] = ()

    def sessions(self, who: Who) -> tuple[Session, ...]:
        return tuple(Session(who.pid, UIDS[user], user, "10.0.0.7") for user in self.users)

    def doubted(self, since_ns: int, until_ns: int) -> tuple[Who, ...]:
        return self.between if since_ns <= AT_NS <= until_ns else ()


def audit_of(
    journal: Journal, logins: Logins, facts: SambaFacts | None = None, *, beside: Path
) -> FullAudit:
    """`beside`: a file that is there, as journald's socket is."""
    settings = Settings(journal, lambda: 1000.0, lambda _host: facts or facts_of())
    return FullAudit(logins, settings, Logs(journal, beside), UIDS.get)
