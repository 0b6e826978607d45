"""All checks and all slow facts, listed by hand."""

from typing import Any

from agent.checks import accounts, audit, logs, network, passwords, shares, sshd, sudo
from agent.checks.model import Check
from agent.facts.slow import SlowFact

ALL: tuple[Check[Any], ...] = (
    *accounts.CHECKS,
    *passwords.CHECKS,
    *sudo.CHECKS,
    *sshd.CHECKS,
    *network.CHECKS,
    *shares.CHECKS,
    *logs.CHECKS,
    *audit.CHECKS,
)

CHECK_BY_ID = {check.id: check for check in ALL}

SLOW_FACTS: tuple[SlowFact[Any], ...] = ()
