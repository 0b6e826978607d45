"""What this agent's own configuration and state say: what it watches, backs up and expects."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.config.load import examine
from agent.config.model import AgentConfig, Expected
from agent.config.sources import originals, sources
from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.host import USUAL_HOME, Host, present

PATH = str(USUAL_HOME.agent_yaml)
BASELINES = str(USUAL_HOME.database("baseline"))
OUTBOX = str(USUAL_HOME.database("outbox"))
APPROVED = "SELECT count(DISTINCT watched) FROM baselines WHERE approved = 1"
LAST_SCAN = (
    "SELECT sealed_at FROM envelopes WHERE kind = 'integrity' ORDER BY position DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class WatchFacts:
    """`age` is that of the newest scan that was sealed; None when there is none."""

    watched: int
    approved: int
    age: timedelta | None
    reports: bool  # a controller hears of what changed


def settings(host: Host) -> AgentConfig:
    """The agent's configuration.

    Raises:
        UnreadableFactError: there is none, or it is not as it must be.
    """
    config, problems = examine(host.read(PATH).encode())
    if config is None or problems:
        raise UnreadableFactError(PATH, "unparsable")
    return config


def expected(host: Host) -> Expected:
    """What the owner says belongs here."""
    return settings(host).expected


def dataset_folders(host: Host) -> tuple[str, ...]:
    """The folders that are backed up, and where their data lives.

    Raises:
        SubjectAbsentError: the configuration names no dataset.
    """
    datasets = settings(host).datasets
    paths = tuple(
        str(path)
        for dataset in datasets
        for path in dict.fromkeys((*originals(dataset), *sources(dataset, USUAL_HOME)))
    )
    if not paths:
        raise SubjectAbsentError("not_used", f"{PATH}: datasets 0")
    return paths


def collect_watch(host: Host) -> WatchFacts:
    config = settings(host)
    if not config.integrity:
        return WatchFacts(0, 0, None, reports=False)
    approved = sum(int(row[0]) for row in _rows(host, BASELINES, APPROVED))
    scans = _rows(host, OUTBOX, LAST_SCAN)
    age = host.now() - _moment(scans[0][0]) if scans else None
    return WatchFacts(len(config.integrity), approved, age, config.controller is not None)


def _rows(host: Host, database: str, query: str) -> tuple[tuple[str, ...], ...]:
    """An agent that never stored anything of the kind has no such file."""
    return host.rows(database, query) if present(host, database) else ()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableFactError(OUTBOX, "unparsable") from error
    if moment.tzinfo is None:
        raise UnreadableFactError(OUTBOX, "unparsable")
    return moment
