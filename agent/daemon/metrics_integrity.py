"""Figures about watched files: counts and moments alone, summed over all watched paths."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from agent.daemon.app import App


def integrity_figures(app: App) -> Iterator[Metric]:
    """Only of a host that watches. What cannot be read is absent, and said by its own figure."""
    if not app.config.integrity:
        return
    # a host that watches nothing needs none of it in memory
    from agent.daemon.watched_now import living_mark
    from agent.daemon.work.integrity.suspicions import suspicions_of
    from agent.daemon.work.integrity.unapproved import unapproved_soon
    from agent.integrity.errors import EventsChangedError, EventsReadError

    watched = int(living_mark(app) is not None)
    yield _gauge("files_watched", "1 while the watching process lives.", watched)
    with suspicions_of(app) as store:
        standing = len(store.open())
    yield _gauge("suspicions", "Suspicions that nobody has dismissed.", standing)
    try:
        found = unapproved_soon(app)
    except EventsReadError:
        return
    except EventsChangedError:
        found = None
    about = "1 when stored events are not as they were stored; absent: they cannot be read now."
    yield _gauge("events_changed", about, int(found is None))
    if found is None:
        return
    yield _gauge("events", "Number of the newest stored event.", found.last)
    about = "Files with unexplained changes since their path was approved last."
    yield _gauge("unexplained_files", about, found.files)
    yield _gauge("watch_gaps", "Gaps in watching since then.", found.gaps)
    since = found.since.timestamp() if found.since else 0.0
    about = "Moment of the oldest unexplained change; 0: none."
    yield _gauge("unexplained_since_seconds", about, since)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"lachan_agent_{name}", about, value=value)
