"""Protection is what an attack with the agent's own credential could not break, and nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.clock import SystemClock
from agent.config.home import Home
from agent.config.model import Site
from agent.restic import reading
from agent.restic.door import Restic
from agent.sites.attack import Attack, AttackResult
from agent.sites.attacking import Means, attack
from agent.sites.opening import open_site, workplace_of
from tests.agent.sites.stands import BUCKET, READ_AND_ADD, Rest, S3, Ssh, Stand, give_password, running
from tests.real.light_repositories import Born
from wire.verdicts import Protection

OBJECTS = {
    "delete",
    "overwrite",
    "truncate",
    "rename",
    "remove_key",
    "remove_snapshot",
    "remove_index",
    "flood_locks",
}
WAYS = {"shell", "command", "sftp", "forward", "listen"}


@pytest.fixture
def attacked(home: Home, pair: Born, repository: str) -> Callable[[Stand], AttackResult]:
    def run(stand: Stand) -> AttackResult:
        site = stand.site("b", repository)
        stand.hold(pair, "b", repository)
        give_password(pair, home, "b")
        return attack_at(site, home)

    return run


def attack_at(site: Site, home: Home) -> AttackResult:
    return attack(open_site(site, home), Means(SystemClock(), os.urandom))


def test_an_append_only_key_is_proved(
    append_only_ssh: Ssh, attacked: Callable[[Stand], AttackResult]
) -> None:
    found = attacked(append_only_ssh)
    assert (found.succeeded, found.untried) == ((), {})
    assert set(found.refused) == OBJECTS | WAYS
    assert found.protection is Protection.PROVED


def test_an_append_only_rest_server_is_proved(
    rest: Rest, attacked: Callable[[Stand], AttackResult]
) -> None:
    found = attacked(rest)
    assert (found.succeeded, found.untried) == ((), {})
    assert set(found.refused) == OBJECTS
    assert found.protection is Protection.PROVED
