"""What is recorded, as Samba's settings have it; read again when they were changed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from agent.errors import UnreadableFactError
from agent.facts import samba, smb_conf
from agent.facts.absent import SubjectAbsentError
from agent.host import Host
from agent.integrity.live.limit import Limit
from agent.integrity.who.full_audit.shares import Recorded, recorded_of
from wire.text import N_

_EVERY_S = 60.0
_READ_ANYWAY_S = 3600.0  # what smb.conf includes may change by itself
_UNREADABLE = N_(
    "Whether Samba records who changes files is not known: its settings cannot be read."
)
_REMEDY = N_("Run `testparm -s` as root: it says what is wrong.")


@dataclass(slots=True)
class Settings:
    """Guards the newest reading."""

    host: Host
    clock_s: Callable[[], float]
    collect: Callable[[Host], samba.SambaFacts] = samba.collect
    recorded: Recorded = field(default_factory=Recorded)
    _next_s: float = 0.0
    _read_s: float = 0.0
    _version: object = None

    def refresh(self) -> bool:
        """Whether something else is recorded than before."""
        now_s = self.clock_s()
        if now_s < self._next_s:
            return False
        self._next_s = now_s + _EVERY_S
        version = self._version_now()
        if version == self._version and now_s < self._read_s + _READ_ANYWAY_S:
            return False
        self._version, self._read_s = version, now_s
        before, self.recorded = self.recorded, self._read()
        return self.recorded != before

    def _read(self) -> Recorded:
        try:
            return recorded_of(self.collect(self.host))
        except SubjectAbsentError:
            return Recorded()
        except UnreadableFactError:
            return Recorded(limits=(Limit(_UNREADABLE, {}, _REMEDY),))

    def _version_now(self) -> object:
        try:
            status = self.host.lstat(smb_conf.PATH)
        except UnreadableFactError as error:
            return error.reason
        return status.modified_at, status.size_bytes
