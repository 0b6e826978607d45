"""Which datasets a host has given up: what failed with one of them is nobody's task any more."""

from collections.abc import Iterable
from dataclasses import dataclass

from controller.store.engine import Connection
from controller.store.queries_current import CurrentStatement, current_statements
from wire.messages import Configuration


@dataclass(frozen=True, slots=True)
class Configured:
    """What a host said last of its configuration, and the datasets whose backup it told since."""

    log_index: int
    datasets: int
    told_since: frozenset[str]
    planned: frozenset[str] | None = None  # None: an older agent, that names no datasets

    def has_left(self, dataset: str, told_at: int) -> bool:
        """Whether the configuration does not name it, and nothing was told of it since.

        Older agents name no datasets, only how many they are: silence alone proves nothing, but
        others may fill every place.

        Args:
            dataset: its code.
            told_at: place in the log of what is known of it.
        """
        if told_at >= self.log_index:
            return False
        if self.planned is not None:
            return dataset not in self.planned
        return dataset not in self.told_since and len(self.told_since) >= self.datasets


def configured_hosts(
    connection: Connection, backups: Iterable[CurrentStatement], facility: str | None = None
) -> dict[str, Configured]:
    """By agent; a host that never told its configuration is not among them.

    Args:
        connection: to the database.
        backups: the newest statement on each dataset of all hosts.
        facility: only of this facility; None: of all.
    """
    told: dict[str, list[CurrentStatement]] = {}
    for each in backups:
        told.setdefault(each.agent, []).append(each)
    return {
        said.agent: _configured(said.log_index, said.body, told.get(said.agent, []))
        for said in current_statements(connection, "configuration", facility)
        if isinstance(said.body, Configuration)
    }


def _configured(
    log_index: int, body: Configuration, told: Iterable[CurrentStatement]
) -> Configured:
    since = frozenset(each.subject for each in told if each.log_index > log_index)
    named = bool(body.planned) or not body.datasets
    planned = frozenset(each.dataset for each in body.planned) if named else None
    return Configured(log_index, body.datasets, since, planned)
