"""The shape of controller.yaml; unknown keys are errors."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

_Port = Annotated[int, Meta(ge=1, le=65535)]
_Minutes = Annotated[int, Meta(ge=1, le=24 * 60)]


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where `serve` listens; TLS always."""

    host: str = "127.0.0.1"
    port: _Port = 8443


class Watch(Struct, frozen=True, forbid_unknown_fields=True):
    """How patient the controller is, by its own clock."""

    heartbeat_s: Annotated[int, Meta(ge=5, le=3600)] = 60  # what agents are told to keep
    missed_heartbeats: Annotated[int, Meta(ge=1, le=1000)] = 3
    score_every_min: _Minutes = 60

    @property
    def score_every(self) -> timedelta:
        return timedelta(minutes=self.score_every_min)


class ControllerConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a person may set."""

    province: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}\Z")]
    name: str
    url: str
    listen: Listen = Listen()
    names: tuple[str, ...] = ()  # further host names and addresses of the server's certificate
    watch: Watch = Watch()

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def netloc(self) -> str:
        """What agents sign as the host of a request."""
        return urlsplit(self.url).netloc

    @property
    def certificate_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.host, *self.names)))
