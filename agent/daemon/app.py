"""The parts of one agent, put together once: what every command and every job gets."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.clock import Clock, SystemClock
from agent.config.home import Home
from agent.config.load import load
from agent.config.model import AgentConfig
from agent.host import Host, LocalHost
from agent.uplink.identity import Identity, open_identity
from agent.uplink.levels import JudgedSystem, judged_systems
from agent.uplink.memory import Memory, open_memory
from agent.uplink.orders import assignment
from agent.uplink.outbox import Outbox, open_outbox
from agent.uplink.secrets import FacilityKeys, Pseudonyms, facility_keys
from wire.keys import PublicKey

if TYPE_CHECKING:
    from agent.uplink.link import Link

__all__ = ["App", "FacilityKeys", "open_app"]
_BOOT_ID = "/proc/sys/kernel/random/boot_id"


@dataclass(frozen=True, slots=True)
class App:
    """One agent on one home."""

    home: Home
    config: AgentConfig
    host: Host
    clock: Clock
    entropy: Callable[[int], bytes]
    identity: Identity
    outbox: Outbox
    memory: Memory
    keys: FacilityKeys
    boot_id: str

    @property
    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(self.keys.k_f)

    @property
    def joined(self) -> bool:
        """Whether there is a controller to speak to."""
        return self.config.controller is not None and self.identity.membership is not None

    @property
    def judged_systems(self) -> tuple[JudgedSystem, ...]:
        """The information systems on this host; of two levels the stricter."""
        membership = self.identity.membership
        assigned = None
        if membership is not None:
            assigned = assignment(self.memory, PublicKey.from_base64(membership.order_key))
        return judged_systems(self.config.systems, assigned)

    @property
    def systems(self) -> tuple[str, ...]:
        """The codes of the information systems on this host."""
        return tuple(system.code for system in self.judged_systems)

    def link(self) -> "Link":
        """The way to the controller.

        Raises:
            NotJoinedError: this agent works alone.
        """
        from agent.uplink.link import open_link  # HTTP and TLS: most commands need neither

        stores, sources = (self.outbox, self.memory), (self.clock, self.entropy)
        return open_link(self.home, self.config, self.identity, stores, sources)

    def close(self) -> None:
        self.outbox.close()
        self.memory.close()


def open_app(
    home: Home,
    *,
    host: Host | None = None,
    clock: Clock | None = None,
    entropy: Callable[[int], bytes] = os.urandom,
) -> App:
    """Read the configuration and secrets, open the chain; a new home gets its keys here.

    Raises:
        ConfigurationError: the configuration or a secret is not as it must be.
        StateFolderError: the state folder cannot be used.
    """
    clock = clock or SystemClock()
    host = host or LocalHost(home=home)
    config = load(home)
    keys = facility_keys(home, entropy)
    identity = open_identity(home, config.facility, entropy)
    boot_id = host.read(_BOOT_ID, limit_bytes=64).strip()
    outbox = open_outbox(home, identity, clock, entropy, boot_id)
    memory = open_memory(home, clock)
    return App(home, config, host, clock, entropy, identity, outbox, memory, keys, boot_id)
