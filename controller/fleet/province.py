"""What every use case works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from controller.config.home import Home
from controller.config.keys import ControllerKeys
from controller.config.model import ControllerConfig
from controller.config.secret_files import Entropy
from controller.store.checkpoints import current_checkpoint
from controller.store.engine import Connection, Database
from wire.checkpoint import origin_of

CONTROLLER = "controller"  # who acts when no person does


@dataclass(frozen=True, slots=True)
class Province:
    """One controller: its configuration, keys and data; clock and randomness are parameters."""

    home: Home
    config: ControllerConfig
    keys: ControllerKeys
    database: Database
    now: Callable[[], datetime]
    entropy: Entropy

    @property
    def origin(self) -> str:
        return origin_of(self.config.province)

    def checkpoint(self, connection: Connection, now: datetime) -> tuple[int, str]:
        """The log's size and its signed checkpoint, in the caller's writing transaction."""
        return current_checkpoint(connection, self.origin, self.keys.log, now)

    def new_id(self, prefix: str) -> str:
        """A name that nothing else has."""
        return f"{prefix}-{self.entropy(10).hex()}"
