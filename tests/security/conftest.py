"""An agent that has joined a controller with bad habits."""

from tests.agent.uplink.conftest import controller, home, joined, opened

__all__ = ["controller", "home", "joined", "opened"]
