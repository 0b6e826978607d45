"""All checks and all slow facts: singles listed by hand, instances of families from data."""

from typing import Any

from agent.checks import (
    accounts,
    antivirus,
    audit,
    files,
    instances,
    kernel,
    logs,
    network,
    passwords,
    sessions,
    shares,
    singles,
    software,
    sshd,
    storage,
    sudo,
)
from agent.checks.model import Check
from agent.facts import updates, walk
from agent.facts.slow import SlowFact

SINGLES: tuple[Check[Any], ...] = (
    *accounts.CHECKS,
    *passwords.CHECKS,
    *sudo.CHECKS,
    *sshd.CHECKS,
    *sessions.CHECKS,
    *network.CHECKS,
    *shares.CHECKS,
    *software.CHECKS,
    *antivirus.CHECKS,
    *kernel.CHECKS,
    *storage.CHECKS,
    *files.CHECKS,
    *logs.CHECKS,
    *audit.CHECKS,
    *singles.CHECKS,
)

INSTANCES: tuple[Check[Any], ...] = instances.installed()

ALL: tuple[Check[Any], ...] = (*SINGLES, *INSTANCES)

CHECK_BY_ID = {check.id: check for check in ALL}

SLOW_FACTS: tuple[SlowFact[Any], ...] = (updates.FACT, walk.FACT, *singles.SLOW_FACTS)
