"""The Samba server's effective settings, defaults included, as `testparm -v` prints them."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import require_one_of
from agent.host import Host

COMMAND = ("testparm", "-s", "-v")


@dataclass(frozen=True, slots=True)
class SambaFacts:
    settings: dict[str, str]  # of [global], lower case
    guest_shares: tuple[str, ...]  # shares that take guests

    @property
    def encryption(self) -> str:
        """`server smb encrypt`; its name before Samba 4.15 was `smb encrypt`."""
        older = self.settings.get("smb encrypt", "(not printed)")
        return self.settings.get("server smb encrypt", older)

    def get(self, name: str) -> str:
        return self.settings.get(name, "(not printed)")


def collect(host: Host) -> SambaFacts:
    require_one_of(host, "/usr/sbin/smbd", "/usr/local/samba/sbin/smbd")
    return parse(host.run(COMMAND, timeout_s=15))


def parse(output: str) -> SambaFacts:
    """Source: testparm(1), smb.conf(5)."""
    section, settings, guests = "", dict[str, str](), list[str]()
    for raw in output.splitlines():
        line = raw.strip()
        name, equals, value = line.partition("=")
        if line.startswith("["):
            section = line.strip("[]").lower()
        elif equals and section == "global":
            settings[name.strip().lower()] = value.strip().lower()
        elif equals and name.strip().lower() == "guest ok" and value.strip().lower() == "yes":
            guests.append(section)
    if not settings:
        raise UnreadableFactError(" ".join(COMMAND), "empty")
    return SambaFacts(settings, tuple(guests))
