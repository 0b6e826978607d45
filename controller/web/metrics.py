"""Metrics for Prometheus: counts by facility, behind a token of their own.

Served on the same TLS listener as everything else, to whoever shows the content of
secrets/metrics.token as a bearer token (Prometheus: `authorization.credentials_file`).
"""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from controller.config.keys import metrics_token_holds
from controller.fleet.province import Province
from controller.store import queries_fleet
from controller.web.service import service

METRICS_PATH = "/metrics"
_SCHEME = "Bearer "


class _Fleet(Collector):
    """What the projections say at this moment."""

    def __init__(self, province: Province) -> None:
        self._province = province

    def collect(self) -> Iterator[Metric]:
        with self._province.database.reading() as connection:
            agents = queries_fleet.agents_by_facility(connection)
            alerts = queries_fleet.open_alerts_by_facility(connection)
            waiting = queries_fleet.waiting_by_facility(connection)
            scores = queries_fleet.newest_scores(connection)
            entries = queries_fleet.entries_in_log(connection)
        yield _gauge("lachan_agents", "Enrolled agents.", agents)
        yield _gauge("lachan_outbox_envelopes", "Envelopes waiting at agents.", waiting)
        yield _alerts(alerts)
        yield from _scores(scores)
        yield GaugeMetricFamily("lachan_log_entries", "Entries in the log.", value=entries)


def _gauge(name: str, says: str, by_facility: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=["facility"])
    for facility, count in sorted(by_facility.items()):
        family.add_metric([facility], count)
    return family


def _alerts(counts: dict[tuple[str, str, str], int]) -> Metric:
    family = GaugeMetricFamily(
        "lachan_open_alerts", "Alerts not cleared.", labels=["facility", "kind", "severity"]
    )
    for labels, count in sorted(counts.items()):
        family.add_metric(list(labels), count)
    return family


def _scores(scores: list[queries_fleet.StoredScore]) -> Iterator[Metric]:
    labels = ["facility", "system"]
    score = GaugeMetricFamily("lachan_score_ratio", "Newest stored score.", labels=labels)
    coverage = GaugeMetricFamily("lachan_coverage_ratio", "Its coverage.", labels=labels)
    raw = GaugeMetricFamily("lachan_raw_score_ratio", "The same without waivers.", labels=labels)
    for stored in scores:
        place = [stored.facility, stored.system]
        coverage.add_metric(place, stored.coverage)
        for family, value in ((score, stored.score), (raw, stored.raw)):
            if value is not None:
                family.add_metric(place, value)
    yield score
    yield raw
    yield coverage


def _show(request: Request) -> Response:
    province = service(request).province
    offered = request.headers.get("authorization", "")
    if not offered.startswith(_SCHEME) or not metrics_token_holds(
        province.home, offered.removeprefix(_SCHEME).strip()
    ):
        return PlainTextResponse("UNAUTHORIZED", 401, {"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(_Fleet(province))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


ROUTES = (Route(METRICS_PATH, _show, methods=["GET"]),)
