"""Figures about watched files: counts and moments alone, summed over all watched paths."""

import contextlib
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from agent.daemon.app import App


def integrity_figures(app: App) -> Iterator[Metric]:
    """Only of a host that watches. What cannot be read is absent, and said by its own figure."""
    if not app.config.integrity:
        return
    from agent.daemon.work.unapproved import unapproved_soon  # a host that watches nothing needs
    from agent.integrity.errors import EventsChangedError  # none of it in memory

    found = None
    with contextlib.suppress(EventsChangedError):
        found = unapproved_soon(app)
    broken = int(found is None)
    yield _gauge("events_changed", "1 when stored events are not as they were stored.", broken)
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
