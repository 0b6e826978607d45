"""What the endpoints for agents work with."""

import time
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request

from controller.fleet.province import Province
from controller.web.rate_limit import RateLimit


def _per_agent() -> RateLimit:
    return RateLimit(burst=200, per_second=20, monotonic=time.monotonic)


def _per_address() -> RateLimit:
    return RateLimit(burst=30, per_second=0.5, monotonic=time.monotonic)


@dataclass(frozen=True, slots=True)
class Service:
    """The province, and how often one caller may ask it."""

    province: Province
    agents: RateLimit = field(default_factory=_per_agent)
    addresses: RateLimit = field(default_factory=_per_address)


def service(request: Request) -> Service:
    return cast("Service", request.app.state.service)
