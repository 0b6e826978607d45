"""Policies and checks agree: every check named exists, every check is named, limits are theirs."""

import re

import msgspec
import pytest

from agent.checks import limits
from agent.checks.catalogue import CHECK_BY_ID
from compliance import backup_codes, fleet_codes, site_codes
from compliance.catalogue import Control
from recovery import backup_verdict, distance
from tests.contract.shelf import LEVELS, catalogues, level, parameters

# Limits that are the same wherever a level has them.
LIMITS = {
    "admin_idle_lock_min": limits.ADMIN_IDLE_LIMIT_S / 60,
    "business_app_failed_logins": limits.FAILED_LOGIN_LIMIT,
    "lockout_hours": limits.LOCKOUT_AT_LEAST_S / 3600,
    "lockout_days": limits.LOCKOUT_AT_MOST_S / 86400,
    "min_password_length": limits.PASSWORD_LENGTH,
    "char_classes": limits.PASSWORD_CLASSES,
    "password_history": limits.PASSWORD_HISTORY,
    "admin_password_max_age_days": limits.ADMIN_PASSWORD_DAYS,
    "inactive_days": limits.IDLE_ACCOUNT_DAYS,
    "patch_age_days": limits.PATCH_AGE_DAYS,
}
# Limits that an instance of a family brings: threshold -> the check, and where its figure stands.
LIMITS_IN_DATA = {
    "portable_failed_logins": ("pam.lockout_after_ten", "at_most"),
    "min_password_length": ("pam.password_eight_long", "at_least"),
}
RETENTION = {2: 30, 3: 90, 4: 180, 5: 365}
# Figures that a higher level replaces by its own; every other check is named at level 5.
FIGURES_OF_LOWER_LEVELS = {"logs.kept_30_days", "logs.kept_90_days", "logs.kept_180_days"}
LEAST_CHECKS = 285


def named(number: int) -> set[str]:
    return set(level(number).controls_of_check())


def numbers(row: Control, name: str) -> set[float]:
    found = re.findall(rf"(?<![a-z_]){name}(?:<=|>=)(\d+)", row.threshold)
    return {float(number) for number in found}


def test_every_check_that_a_policy_names_exists() -> None:
    every = {check for book in catalogues() for check in book.controls_of_check()}
    assert every - set(CHECK_BY_ID) == set()


def test_every_check_decides_a_row_of_level_5_or_is_a_lower_levels_figure() -> None:
    assert set(CHECK_BY_ID) - named(5) == FIGURES_OF_LOWER_LEVELS
    assert {check for number in LEVELS[:-1] for check in named(number)} >= FIGURES_OF_LOWER_LEVELS
    assert len(named(5)) >= LEAST_CHECKS


def test_every_code_of_backups_and_fleets_decides_some_row() -> None:
    rules = [row.rule for number in LEVELS for row in level(number).controls]
    leaves = [leaf for rule in rules for leaf in rule.leaves()]
    codes = {code for leaf in leaves if leaf.mode in {"backup", "fleet"} for code in leaf.codes}
    assert codes == {*backup_codes.BACKUP_CODES, *fleet_codes.FLEET_CODES}


@pytest.mark.parametrize("number", LEVELS)
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_in_code_is_the_one_of_every_level(name: str, number: int) -> None:
    found = {value for row in level(number).controls for value in numbers(row, name)}
    in_data = msgspec.to_builtins(parameters()["pam.password_eight_long"])["be"]["at_least"]
    shorter = {in_data} if name == "min_password_length" else set()  # with a second factor
    assert found <= {LIMITS[name], *shorter}


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit_in_code_is_asked_by_some_level(name: str) -> None:
    rows = [row for number in LEVELS for row in level(number).controls]
    assert LIMITS[name] in {value for row in rows for value in numbers(row, name)}


@pytest.mark.parametrize("number", LEVELS)
@pytest.mark.parametrize("name", LIMITS_IN_DATA)
def test_a_limit_in_data_is_the_one_of_every_level_and_decides_its_row(
    name: str, number: int
) -> None:
    check, bound = LIMITS_IN_DATA[name]
    demanded = msgspec.to_builtins(parameters()[check])["be"][bound]
    (row,) = [row for row in level(number).controls if numbers(row, name)]
    assert demanded in numbers(row, name)
    assert check in row.rule.checks()


@pytest.mark.parametrize("number", RETENTION)
def test_each_level_measures_its_own_retention(number: int) -> None:
    (row,) = [row for row in level(number).controls if numbers(row, "log_retention_days")]
    assert numbers(row, "log_retention_days") == {RETENTION[number]}
    kept = [check for check in row.rule.checks() if check.startswith("logs.kept_")]
    assert [parameters()[check].days for check in kept] == [RETENTION[number]]  # type: ignore[attr-defined]


def test_facts_that_two_packages_need_are_one_fact() -> None:
    """The judge of scores and the agent must not import each other."""
    assert site_codes.LEVEL_WITH_DISTANCE == distance.LEVEL_WITH_DISTANCE
    assert distance.REQUIRED_KM == 30.0
    assert backup_codes.VERIFIED_WITHIN == backup_verdict.VERIFIED_WITHIN
