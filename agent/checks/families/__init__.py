"""The families of checks, listed by hand: one module each, instances in policies/checks/*.yaml."""

from typing import Any

from agent.checks.families import kernel_setting
from agent.checks.family import Family

FAMILIES: dict[str, Family[Any]] = {
    family.name: family
    for family in (
        kernel_setting.FAMILY,
    )
}  # fmt: skip
