"""One change as the judge of attacks gets it: what was seen, and what the edge read of the file."""

from msgspec import Struct

from agent.integrity.seen import Seen


class Probe(Struct, frozen=True, gc=False):
    """What was read of a changed file. Nothing is concluded from what could not be read."""

    read: bool = True
    blocks: int = 0  # looked at: at the start, in the middle, at the end, and spread between
    foreign: int = 0  # of these: what the class that the file had, or has, does not hold
    broken: bool | None = None  # its own structure contradicts itself; None: nobody can say
    words: tuple[str, ...] = ()  # of a small text: kinds of a blackmailer's words in it
    digest: bytes = b""  # of a small text: equal for equal notes


class Observation(Struct, frozen=True):
    """`probe` is None where nothing needed to be read."""

    seen: Seen
    before_class: str  # agent.files.content_class; empty: not known, or there was no file
    after_class: str
    probe: Probe | None = None
