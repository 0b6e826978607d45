"""What may be forgotten, and how: by full ids, or not at all."""

import pytest

from agent.restic.errors import ForbiddenVerbError
from agent.restic.roles import Role, permit

ID = "a" * 64


@pytest.mark.parametrize(
    "words",
    [
        ("forget", ID),
        ("forget", ID, "b" * 64),
        ("forget", "--dry-run", "--keep-within-daily", "30d"),
        ("prune", "--max-repack-size", "0K"),
        ("key", "list", "--json"),
    ],
)
def test_a_sites_maintenance_forgets_by_full_ids(words: tuple[str, ...]) -> None:
    permit(Role.SITE_MAINT, words)


@pytest.mark.parametrize(
    "words",
    [
        ("forget",),
        ("forget", ID[:8]),
        ("forget", "latest"),
        ("forget", "--keep-tag", "typo"),
        ("forget", "--keep-within-daily", "30d"),
        ("forget", ID, "--prune"),
        ("unlock", "--remove-all"),
    ],
)
def test_no_rule_ever_decides_what_really_goes(words: tuple[str, ...]) -> None:
    with pytest.raises(ForbiddenVerbError):
        permit(Role.SITE_MAINT, words)


@pytest.mark.parametrize("role", [Role.AGENT, Role.DRILL])
@pytest.mark.parametrize("verb", [("forget", ID), ("prune",)])
def test_nobody_else_forgets(role: Role, verb: tuple[str, ...]) -> None:
    with pytest.raises(ForbiddenVerbError):
        permit(role, verb)
