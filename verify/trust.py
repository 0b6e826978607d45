"""Whose signature counts at each place of the log: keys come and go by logged acts only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wire.acts import Act, AgentEnrolled, AgentRevoked, KeyRotated
from wire.keys import PublicKey
from wire.messages import Rotation


@dataclass(slots=True)
class AgentTrust:
    """One agent at the present place of the log."""

    agent: str
    host: str
    key: PublicKey
    revoked_at_ms: int | None = None
    announced: str | None = None  # the next key, as the agent itself said


@dataclass(slots=True)
class KeyRing:
    """Grows along the log; a revoked or replaced key counts no more from its place on."""

    order: PublicKey
    agents: dict[str, AgentTrust] = field(default_factory=dict)

    def order_keys(self) -> Mapping[str, PublicKey]:
        return {self.order.keyid: self.order}

    def agent_keys(self) -> Mapping[str, PublicKey]:
        trusted = (agent.key for agent in self.agents.values() if agent.revoked_at_ms is None)
        return {key.keyid: key for key in trusted}

    def holder(self, keyid: str) -> str:
        """Whose key this is now; empty when nobody's."""
        for agent in self.agents.values():
            if agent.key.keyid == keyid and agent.revoked_at_ms is None:
                return agent.agent
        return ""

    def learn_act(self, act: Act, received_at_ms: int) -> bool:
        """Take over what an act says about keys.

        False: an agent's key was replaced by one that the agent itself did not announce.
        """
        if isinstance(act, AgentEnrolled):
            if act.agent in self.agents:
                return False
            key = PublicKey.from_base64(act.public_key)
            self.agents[act.agent] = AgentTrust(act.agent, act.host, key)
        elif isinstance(act, AgentRevoked) and act.agent in self.agents:
            self.agents[act.agent].revoked_at_ms = received_at_ms
        elif isinstance(act, KeyRotated):
            trust = self.agents.get(act.agent)
            if trust is None or trust.announced != act.new_public_key:
                return False
            trust.key = PublicKey.from_base64(act.new_public_key)
            trust.announced = None
        return True

    def learn_rotation(self, agent: str, rotation: Rotation) -> None:
        self.agents[agent].announced = rotation.new_public_key
