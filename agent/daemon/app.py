"""The parts of one agent, put together once: what every command and every job gets."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from agent.clock import Clock, SystemClock
from agent.config.home import Home
from agent.config.load import load
from agent.config.model import AgentConfig
from agent.host import Host, LocalHost
from agent.uplink.identity import Identity, open_identity
from agent.uplink.outbox import Outbox, open_outbox
from agent.uplink.secrets import FacilityKeys, Pseudonyms, facility_keys

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
    keys: FacilityKeys

    @property
    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(self.keys.k_f)

    @property
    def systems(self) -> tuple[str, ...]:
        """The codes of the information systems on this host."""
        return tuple(system.code for system in self.config.systems)

    def close(self) -> None:
        self.outbox.close()


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
    host = host or LocalHost()
    config = load(home)
    keys = facility_keys(home, entropy)
    identity = open_identity(home, config.facility, entropy)
    boot_id = host.read(_BOOT_ID, limit_bytes=64).strip()
    outbox = open_outbox(home, identity, clock, entropy, boot_id)
    return App(home, config, host, clock, entropy, identity, outbox, keys)
