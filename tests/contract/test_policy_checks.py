"""Policies and checks agree: every check named exists, every check is named, limits are theirs."""

import re
from importlib import resources

import pytest

from agent.checks import limits
from agent.checks.catalogue import CHECK_BY_ID
from compliance.catalogue import Catalogue, parse

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
    "log_retention_days": limits.LOG_RETENTION_DAYS,
}


def catalogues() -> list[Catalogue]:
    entries = resources.files("policies").iterdir()
    folders = [entry for entry in entries if entry.is_dir() and entry.name != "checks"]
    files = [file for folder in folders for file in folder.iterdir()]
    return [parse(file.read_bytes()) for file in files if file.name.endswith(".yaml")]


@pytest.fixture(scope="module")
def named() -> set[str]:
    return {check for book in catalogues() for check in book.controls_of_check()}


def test_every_check_that_a_policy_names_exists(named: set[str]) -> None:
    assert named - set(CHECK_BY_ID) == set()


def test_every_check_is_named_by_some_row(named: set[str]) -> None:
    assert set(CHECK_BY_ID) - named == set()


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_in_code_is_the_one_of_level_3(name: str) -> None:
    (book,) = [book for book in catalogues() if book.id == "tcvn-14423-2026.level-3"]
    rows = [row.threshold for row in book.controls if name in row.threshold]
    numbers = {
        float(number)
        for row in rows
        for number in re.findall(rf"(?<![a-z_]){name}(?:<=|>=)(\d+)", row)
    }
    assert LIMITS[name] in numbers, rows
