"""Whether names of accounts come from a central directory."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import processes
from agent.host import Host

PATH = "/etc/nsswitch.conf"
SOURCES = ("sss", "winbind", "ldap")
SERVICES = ("sssd", "winbindd", "nslcd")


@dataclass(frozen=True, slots=True)
class DirectoryFacts:
    sources: tuple[str, ...]  # of the database passwd, in their order
    service: str  # the one that runs, or empty

    @property
    def asks_directory(self) -> bool:
        return any(source in SOURCES for source in self.sources)


def collect(host: Host) -> DirectoryFacts:
    sources = parse(host.read(PATH))
    running = processes.collect(host).running(*SERVICES)
    return DirectoryFacts(sources, running[0] if running else "")


def parse(text: str) -> tuple[str, ...]:
    """The sources of `passwd:`; nsswitch.conf(5)."""
    for line in text.splitlines():
        database, colon, sources = line.partition("#")[0].partition(":")
        if colon and database.strip() == "passwd":
            return tuple(word for word in sources.split() if not word.startswith("["))
    raise UnreadableFactError(PATH, "unparsable")
