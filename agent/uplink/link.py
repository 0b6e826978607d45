"""Everything that speaking with the controller needs, put together for one joined agent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.clock import Clock
from agent.config.home import Home
from agent.config.model import AgentConfig
from agent.uplink import witness
from agent.uplink.client import Caller, Client
from agent.uplink.errors import NotJoinedError
from agent.uplink.identity import Identity, read_authority
from agent.uplink.memory import Memory
from agent.uplink.orders import Receiver
from agent.uplink.outbox import Outbox
from wire.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Link:
    """A joined agent's way to its controller."""

    home: Home
    identity: Identity
    outbox: Outbox
    memory: Memory
    client: Client
    clock: Clock
    order_key: PublicKey
    log_key: PublicKey
    allowed_orders: tuple[str, ...]

    def controller_now(self) -> datetime:
        """The moment by the controller's clock, as well as we know it."""
        return self.clock.now() + timedelta(seconds=self.outbox.clock_offset_s())

    def receiver(self) -> Receiver:
        return Receiver(
            self.identity.agent,
            self.order_key,
            self.allowed_orders,
            self.controller_now(),
            believed=witness.believed(self.memory),
        )

    def close(self) -> None:
        self.client.close()


def open_link(
    home: Home,
    config: AgentConfig,
    identity: Identity,
    stores: tuple[Outbox, Memory],
    clock_and_entropy: tuple[Clock, Callable[[int], bytes]],
) -> Link:
    """The way to the controller that the configuration names.

    Raises:
        NotJoinedError: no controller is configured, or this host never joined it.
        SecretError: the pinned authority cannot be read.
    """
    membership = identity.membership
    if config.controller is None or membership is None:
        raise NotJoinedError
    order_key = PublicKey.from_base64(membership.order_key)
    outbox, memory = stores
    client = Client(
        config.controller.url,
        read_authority(home),
        Caller(identity.agent, identity.key, order_key),
        outbox,
        clock_and_entropy,
    )
    log_key = PublicKey.from_base64(membership.log_key)
    clock = clock_and_entropy[0]
    allowed = config.orders
    return Link(home, identity, outbox, memory, client, clock, order_key, log_key, allowed)
