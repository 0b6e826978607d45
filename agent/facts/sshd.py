"""The SSH server's effective settings, as `sshd -T` prints them, and what `Match` changes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import permutations

from agent.errors import UnreadableFactError
from agent.facts import sshd_files
from agent.facts.absent import require_one_of
from agent.host import Host

COMMAND = ("sshd", "-T")
PROGRAMS = ("/usr/sbin/sshd", "/usr/local/sbin/sshd")


@dataclass(frozen=True, slots=True)
class SshdFacts:
    """`blocks`: what each `Match` block sets instead, for some people or machines."""

    settings: dict[str, tuple[str, ...]]  # keyword in lower case -> all its values
    blocks: tuple[dict[str, tuple[str, ...]], ...] = ()

    def in_one_block(self) -> Iterator["SshdFacts"]:
        """What holds for somebody whom exactly one block matches."""
        return (SshdFacts(self.settings | block) for block in self.blocks)

    def in_two_blocks(self) -> Iterator["SshdFacts"]:
        """What would hold for somebody whom two blocks match, if there is such a person."""
        pairs = permutations(self.blocks, 2)
        return (SshdFacts(self.settings | later | first) for first, later in pairs)

    def about(self, keywords: Collection[str]) -> "SshdFacts":
        """Only these keywords, and the blocks that set one of them, each kind of block once."""
        settings, *blocks = (
            {k: v for k, v in one.items() if k in keywords} for one in (self.settings, *self.blocks)
        )
        different = {tuple(block.items()): block for block in blocks if block}
        return SshdFacts(settings, tuple(different.values()))

    def first(self, keyword: str) -> str:
        return self.settings.get(keyword, ("(not printed)",))[0]

    def listed(self, keyword: str) -> tuple[str, ...]:
        """The members of a comma-separated setting."""
        return tuple(word for word in self.first(keyword).split(",") if word)


def collect(host: Host) -> SshdFacts:
    """Ask the server itself, so that includes and compiled-in defaults count."""
    require_one_of(host, *PROGRAMS)
    try:
        settings = parse(host.run(COMMAND, timeout_s=10)).settings
    except UnreadableFactError as error:
        if "no hostkeys available" in error.detail:  # only root may read them
            raise UnreadableFactError(error.source, "denied", error.detail) from error
        raise
    return SshdFacts(settings, sshd_files.collect(host))


def parse(output: str) -> SshdFacts:
    """Read `keyword value` lines.

    `sshd -T` prints the settings outside of `Match` blocks only.

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
