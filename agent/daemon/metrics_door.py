"""Where the figures are offered: a loopback port, or a file (written by the job `metrics`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from agent.daemon.app import App
from agent.daemon.diary import Diary
from agent.daemon.metrics import metrics_text, registry, write_textfile
from agent.errors import ConfigurationError
from wire.text import N_


class MetricsDoorError(ConfigurationError):
    """The figures cannot be offered where the configuration says."""

    message = N_("The metrics cannot be offered at {place}: {reason}.")
    hint = N_("Write another address or file under `metrics:` in agent.yaml, or take it out.")


@contextmanager
def metrics_door(app: App, diary: Diary) -> Iterator[None]:
    """Answer on the loopback port inside the block, if the configuration names one."""
    place = app.config.metrics.listen
    if not place:
        yield
        return
    address, _, port = place.rpartition(":")
    try:
        server, thread = start_http_server(
            int(port), addr=address.strip("[]"), registry=registry(app, diary)
        )
    except OSError as error:
        raise MetricsDoorError(place=place, reason=error.strerror or "OSError") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def offer_textfile(app: App, diary: Diary) -> None:
    """Write the textfile, if the configuration names one."""
    file = app.config.metrics.textfile
    if file is None:
        return
    try:
        write_textfile(file, metrics_text(app, diary))
    except OSError as error:
        raise MetricsDoorError(place=str(file), reason=error.strerror or "OSError") from error
