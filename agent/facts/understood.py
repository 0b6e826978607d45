"""Facts that other facts are made of, understood once in one look however many need them."""

from collections.abc import Callable
from typing import Protocol, TypeVar, cast, runtime_checkable

from agent.host import Host

Fact = TypeVar("Fact")


@runtime_checkable
class Understanding(Protocol):
    """A host that remembers for one look what was understood from its answers."""

    def understood(self, collect: Callable[[Host], object]) -> object: ...


def understood(host: Host, collect: Callable[[Host], Fact]) -> Fact:
    """`collect(host)`, or what it gave a moment ago in the same look."""
    if isinstance(host, Understanding):
        return cast("Fact", host.understood(collect))
    return collect(host)
