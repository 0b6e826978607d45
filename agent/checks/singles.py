"""The single checks about services, data and people's accounts, listed by hand."""

from typing import Any

from agent.checks import (
    containers,
    data,
    mariadb,
    names,
    people,
    postgresql,
    reach,
    services,
    start,
    tls,
    upkeep,
    watching,
)
from agent.checks.model import Check
from agent.facts import browsers, uncovered
from agent.facts.slow import SlowFact

CHECKS: tuple[Check[Any], ...] = (
    *postgresql.CHECKS,
    *mariadb.CHECKS,
    *tls.CHECKS,
    *containers.CHECKS,
    *services.CHECKS,
    *names.CHECKS,
    *people.CHECKS,
    *watching.CHECKS,
    *reach.CHECKS,
    *start.CHECKS,
    *upkeep.CHECKS,
    *data.CHECKS,
)

SLOW_FACTS: tuple[SlowFact[Any], ...] = (browsers.FACT, uncovered.FACT)
