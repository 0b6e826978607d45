"""Figures about sites and mails: counts alone, summed over all sites, so that none is named."""

import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from agent.daemon.app import App
from agent.notify.memory import open_mail_memory
from agent.notify.trouble import CRITICAL
from wire.messages import SiteState
from wire.verdicts import Protection


def site_figures(states: Collection[SiteState]) -> Iterator[Metric]:
    """What is not known of a site is in no sum; how many sites know it stands beside."""
    protections = Counter(state.protection for state in states)
    sites = GaugeMetricFamily(
        "lachan_agent_sites",
        "Sites by their protection against a stolen credential.",
        labels=["protection"],
    )
    for protection in Protection:
        sites.add_metric([protection.value], protections[protection])
    yield sites
    yield from _sum("rogue_objects", "Foreign objects at all sites.", states, _rogue)
    yield from _sum("packs", "Packs at all sites.", states, _packs)
    yield from _sum("packs_recently_read", "Of them, read within 30 days.", states, _read)
    held = sum(state.retention_held is True for state in states)
    yield _gauge("retention_held", "Sites where no old point is removed.", held)
    filling = sum(state.seeding for state in states)
    yield _gauge("sites_seeding", "Sites that are being filled for the first time.", filling)


def mail_figures(app: App) -> Iterator[Metric]:
    """Only of a host that mails."""
    if app.config.notify is None:
        return
    with contextlib.closing(open_mail_memory(app.home, app.clock)) as memory:
        told, post = memory.told(), memory.post()
    standing = [each.trouble.kind in CRITICAL for each in told.values() if each.over_at is None]
    family = GaugeMetricFamily(
        "lachan_agent_troubles", "What the watch over the backups finds wrong.", labels=["severity"]
    )
    family.add_metric(["critical"], sum(standing))
    family.add_metric(["warning"], len(standing) - sum(standing))
    yield family
    yield _gauge("mail_failures", "Attempts in a row to send a mail that failed.", post.failures)
    sent = post.sent_at.timestamp() if post.sent_at else 0.0
    yield _gauge("mail_timestamp_seconds", "Moment of the last mail; 0: never.", sent)


_Part = Callable[[SiteState], int | None]


def _known(states: Collection[SiteState], part: _Part) -> list[int]:
    return [value for state in states if (value := part(state)) is not None]


def _sum(name: str, about: str, states: Collection[SiteState], part: _Part) -> Iterator[Metric]:
    known = _known(states, part)
    if known:
        yield _gauge(name, about, sum(known))


def _rogue(state: SiteState) -> int | None:
    return state.rogue_objects


def _packs(state: SiteState) -> int | None:
    return state.packs


def _read(state: SiteState) -> int | None:
    return state.packs_read_in_30_days


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"lachan_agent_{name}", about, value=value)
