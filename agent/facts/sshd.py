"""The SSH server's effective settings, as `sshd -T` prints them."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import require_one_of
from agent.host import Host

COMMAND = ("sshd", "-T")
PROGRAMS = ("/usr/sbin/sshd", "/usr/local/sbin/sshd")


@dataclass(frozen=True, slots=True)
class SshdFacts:
    settings: dict[str, tuple[str, ...]]  # keyword in lower case -> all its values

    def first(self, keyword: str) -> str:
        return self.settings.get(keyword, ("(not printed)",))[0]

    def listed(self, keyword: str) -> tuple[str, ...]:
        """The members of a comma-separated setting."""
        return tuple(word for word in self.first(keyword).split(",") if word)


def collect(host: Host) -> SshdFacts:
    """Ask the server itself, so that includes and compiled-in defaults count."""
    require_one_of(host, *PROGRAMS)
    try:
        return parse(host.run(COMMAND, timeout_s=10))
    except UnreadableFactError as error:
        if "no hostkeys available" in error.detail:  # only root may read them
            raise UnreadableFactError(error.source, "denied", error.detail) from error
        raise


def parse(output: str) -> SshdFacts:
    """Read `keyword value` lines.

    Settings inside `Match` blocks are not seen: `sshd -T` prints the global ones.

    Raises:
        UnreadableFactError: there is no setting at all.

    Source: sshd(8), option -T; sshd_config(5).
    """
    settings: dict[str, tuple[str, ...]] = {}
    for line in output.splitlines():
        keyword, _, value = line.strip().partition(" ")
        if value:
            known = settings.get(keyword.lower(), ())
            settings[keyword.lower()] = (*known, value.strip())
    if not settings:
        raise UnreadableFactError(" ".join(COMMAND), "empty")
    return SshdFacts(settings)
