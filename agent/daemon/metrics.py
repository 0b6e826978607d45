"""The agent's own figures for Prometheus: counts and moments only, no names of anything."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from agent.daemon.app import App
from agent.daemon.diary import Diary
from agent.daemon.last_words import LastWords, last_words
from agent.daemon.metrics_integrity import integrity_figures
from agent.daemon.metrics_sites import mail_figures, site_figures
from agent.daemon.running import running_now
from agent.daemon.status.keeping import keeping_figures
from agent.daemon.status.reading import packs_overdue
from agent.state import gaps
from wire.verdicts import BackupVerdict, CheckVerdict

disable_created_metrics()  # type: ignore[no-untyped-call]

_OF_KEEPING = {
    "holds": "Holds that keep old points from being removed.",
    "unknown_keys": "Keys of repositories that nobody here knows.",
    "site_full_seconds": "Until the first site is full.",
}


class AgentFigures(Collector):
    """Reads the agent's state each time that it is asked."""

    def __init__(self, app: App, diary: Diary) -> None:
        self._app = app
        self._diary = diary

    def collect(self) -> Iterator[Metric]:
        words = last_words(self._app)
        yield from self._uplink()
        yield from self._jobs()
        yield from _look(words)
        yield from site_figures(words.site_states)
        overdue = packs_overdue(self._app)
        if overdue is not None:
            yield _gauge("packs_overdue", "Packs that were not read in time.", overdue)
        yield from mail_figures(self._app)
        yield from integrity_figures(self._app)
        running = running_now(self._app.home)
        begun = running.begun_at.timestamp() if running is not None else 0.0
        yield _gauge("backup_running_since_seconds", "Begin of the running backup; 0: none.", begun)
        for name, value in keeping_figures(self._app).items():
            yield _gauge(name, _OF_KEEPING[name], value)
        lost = len(gaps.all_gaps(self._app.home))
        yield _gauge("state_losses", "State files that were lost or damaged.", lost)

    def _uplink(self) -> Iterator[Metric]:
        backlog = self._app.outbox.backlog()
        now = self._app.clock.now()
        age = (now - backlog.oldest_at).total_seconds() if backlog.oldest_at else 0.0
        yield _gauge("outbox_waiting", "Statements not acknowledged yet.", backlog.count)
        yield _gauge("outbox_oldest_age_seconds", "Age of the oldest of them.", age)
        offset = self._app.outbox.clock_offset_s()
        yield _gauge("clock_offset_seconds", "Controller's clock minus this host's.", offset)
        yield _gauge("joined", "1 when a controller is joined.", int(self._app.joined))
        alarms = len(self._app.memory.alarms())
        yield _gauge("alarms", "Alarms about the controller or the chain.", alarms)
        heartbeat = self._app.memory.fact("last_heartbeat_at")
        if heartbeat:
            moment = datetime.fromisoformat(heartbeat).timestamp()
            yield _gauge("heartbeat_timestamp_seconds", "Moment of the last heartbeat.", moment)

    def _jobs(self) -> Iterator[Metric]:
        """By kind of job: a dataset's name is no label. The oldest success speaks for a kind."""
        successes: dict[str, float] = {}
        runs: Counter[str] = Counter()
        failures: Counter[str] = Counter()
        for record in self._diary.records():
            kind = record.name.partition(":")[0]
            runs[kind] += record.runs
            failures[kind] += record.failures
            moment = record.succeeded_at or datetime.fromtimestamp(0, UTC)
            successes[kind] = min(successes.get(kind, moment.timestamp()), moment.timestamp())
        success = _labelled("job_success_timestamp_seconds", "Moment of the last success.", "job")
        for kind, at in sorted(successes.items()):
            success.add_metric([kind], at)
        yield success
        yield _counter("job_runs", "Runs of each kind of job.", runs)
        yield _counter("job_failures", "Runs that could not look or decide.", failures)


def metrics_text(app: App, diary: Diary) -> bytes:
    return generate_latest(registry(app, diary))


def registry(app: App, diary: Diary) -> CollectorRegistry:
    own = CollectorRegistry(auto_describe=False)
    own.register(AgentFigures(app, diary))
    return own


def write_textfile(file: Path, text: bytes) -> None:
    """Whole or not at all: node_exporter may read at any moment, as another user."""
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(text)
    new.chmod(0o644)
    new.replace(file)


def _look(words: LastWords) -> Iterator[Metric]:
    checks = _labelled("checks", "Checks of the last look, by verdict.", "verdict")
    for verdict in CheckVerdict:
        checks.add_metric([verdict.value], words.verdict_counts[verdict.value])
    yield checks
    backups = Counter(str(backup.verdict) for backup in words.backups)
    datasets = _labelled("datasets", "Datasets by backup verdict.", "verdict")
    for state in BackupVerdict:
        datasets.add_metric([state.value], backups[state.value])
    yield datasets
    if words.findings_at is not None:
        moment = words.findings_at.timestamp()
        yield _gauge("check_timestamp_seconds", "Moment of the last look.", moment)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"lachan_agent_{name}", about, value=value)


def _labelled(name: str, about: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"lachan_agent_{name}", about, labels=[label])


def _counter(name: str, about: str, counts: Counter[str]) -> Metric:
    family = CounterMetricFamily(f"lachan_agent_{name}", about, labels=["job"])
    for kind, number in sorted(counts.items()):
        family.add_metric([kind], number)
    return family
