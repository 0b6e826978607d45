"""Which datasets a host has given up: what failed with one of them is nobody's task any more."""

from dataclasses import dataclass

from controller.store.engine import Connection
from controller.store.queries_current import current_statements
from wire.messages import Configuration


@dataclass(frozen=True, slots=True)
class Configured:
    """What a host said last of its configuration, and the datasets whose backup it told since."""

    log_index: int
    datasets: int
    told_since: frozenset[str]

    def has_left(self, dataset: str, told_at: int) -> bool:
        """Whether others fill every place of the configuration.

        It names no datasets, only how many they are: silence alone proves nothing.

        Args:
            dataset: its code.
            told_at: place in the log of what is known of it.
        """
        return (
            told_at < self.log_index
            and dataset not in self.told_since
            and len(self.told_since) >= self.datasets
        )


def configured_hosts(connection: Connection) -> dict[str, Configured]:
    """By agent; a host that never told its configuration is not among them."""
    backups = current_statements(connection, "backup")
    return {
        said.agent: Configured(
            said.log_index,
            said.body.datasets,
            frozenset(
                each.subject
                for each in backups
                if each.agent == said.agent and each.log_index > said.log_index
            ),
        )
        for said in current_statements(connection, "configuration")
        if isinstance(said.body, Configuration)
    }
