"""What the daemon does, and when: one explicit list, made from the configuration."""

from dataclasses import dataclass
from datetime import timedelta

from agent.config.model import YesNo
from agent.daemon.app import App
from agent.sites.janitor_call import can_be_asked
from agent.sites.local import lies_here

HEARTBEAT_EVERY = timedelta(seconds=60)
EVIDENCE_EVERY = timedelta(seconds=15)  # what waits may be an alarm; without any nobody is asked
ORDERS_EVERY = timedelta(seconds=10)
METRICS_EVERY = timedelta(seconds=60)
CHECK_EVERY = timedelta(hours=1)
SLOW_FACTS_EVERY = timedelta(hours=1)  # each slow fact has a pace of its own
INVENTORY_EVERY = timedelta(days=1)
SCAN_EVERY = timedelta(days=1)
VERIFY_EVERY = timedelta(hours=6)  # reads only what is due: new packs within 7 days, all in 30
PROBE_EVERY = timedelta(days=1)
WATCH_PLACES_EVERY = timedelta(minutes=5)  # whether a place has changed: then it is probed at once
NAMES_EVERY = timedelta(minutes=30)  # learns the names of new points, for searching
RETENTION_EVERY = timedelta(days=1)
JANITOR_EVERY = timedelta(minutes=5)  # at sites that lie in a folder of this host
ASK_JANITORS_EVERY = timedelta(seconds=30)  # what was found at other sites
TEXTS_EVERY = timedelta(seconds=10)  # small files whose earlier texts are kept
WATCH, LOOK, ASK, TEXTS = "notify", "janitor", "janitor_ask", "texts"
SUSPICION = "suspicion"
SUSPICION_EVERY = timedelta(seconds=10)  # retention is held soon after the verdict
NOTIFY_EVERY = timedelta(seconds=20)  # a missed backup is mailed within a minute


@dataclass(frozen=True, slots=True)
class Job:
    """One task of the daemon: either words of our command line, or a name of its own work."""

    name: str
    every: timedelta | None = None
    cron: str = ""
    words: tuple[str, ...] = ()  # empty: done inside the daemon (`inside`)
    missed_counts: bool = True  # run at start when it was missed, or never done

    @property
    def kind(self) -> str:
        """The name without the dataset's: what may stand in a metric's label."""
        return self.name.partition(":")[0]


def jobs_of(app: App) -> tuple[Job, ...]:
    """Everything that this configuration asks for."""
    return (
        *(_uplink_jobs() if app.joined else ()),
        Job("inventory", every=INVENTORY_EVERY),
        Job("metrics", every=METRICS_EVERY),
        Job("slow_facts", every=SLOW_FACTS_EVERY, words=("run", "--job", "slow_facts")),
        Job("check", every=CHECK_EVERY, words=("check", "--json")),
        *_configured_jobs(app),
    )


def _uplink_jobs() -> tuple[Job, ...]:
    return (
        Job("heartbeat", every=HEARTBEAT_EVERY),
        Job("evidence", every=EVIDENCE_EVERY),
        Job("orders", every=ORDERS_EVERY),
    )


def _configured_jobs(app: App) -> tuple[Job, ...]:
    config = app.config
    jobs: list[Job] = []
    if config.notify is not None:
        jobs.append(Job(WATCH, every=NOTIFY_EVERY))
    if config.integrity:
        jobs.append(Job("integrity", every=SCAN_EVERY, words=("integrity", "scan", "--json")))
        jobs.append(Job(SUSPICION, every=SUSPICION_EVERY))
    if any(watched.texts is YesNo.YES for watched in config.integrity):
        jobs.append(Job(TEXTS, every=TEXTS_EVERY))
    if any(site.maintenance is None for site in config.sites):
        jobs.append(Job("site", every=PROBE_EVERY, words=("site", "probe", "--json")))
        jobs.append(Job("site_watch", every=WATCH_PLACES_EVERY))
    if config.sites:
        jobs.append(_retention())
    if any(lies_here(site) for site in config.sites):
        jobs.append(Job(LOOK, every=JANITOR_EVERY))
    if any(can_be_asked(site) for site in config.sites):
        jobs.append(Job(ASK, every=ASK_JANITORS_EVERY))
    for dataset in config.datasets:
        words = ("backup", "run", "--dataset", dataset.name, "--trigger", "schedule", "--json")
        jobs.append(Job(f"backup:{dataset.name}", cron=dataset.schedule, words=words))
    if config.datasets and config.sites:
        jobs.append(Job("verify", every=VERIFY_EVERY, words=("backup", "verify", "--json")))
        jobs.append(Job("names", every=NAMES_EVERY, words=("run", "--job", "names")))
        jobs.append(_drill("d0", config.drills.d0))
        jobs.append(_drill("d1", config.drills.d1))
    return tuple(jobs)


def _retention() -> Job:
    words = ("backup", "retention", "--trigger", "schedule", "--json")
    return Job("retention", every=RETENTION_EVERY, words=words)


def _drill(drill_class: str, cron: str) -> Job:
    words = ("drill", "run", "--class", drill_class.upper(), "--json")
    return Job(f"drill_{drill_class}", cron=cron, words=words, missed_counts=False)
