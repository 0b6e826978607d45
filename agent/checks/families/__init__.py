"""The families of checks, listed by hand: one module each, instances in policies/checks/*.yaml."""

from typing import Any

from agent.checks.families import (
    banner,
    cron,
    file_contains,
    file_mode,
    kernel_module,
    kernel_setting,
    mount_option,
    package_absent,
    package_present,
    service_off,
)
from agent.checks.family import Family

FAMILIES: dict[str, Family[Any]] = {
    family.name: family
    for family in (
        kernel_setting.FAMILY,
        kernel_module.FAMILY,
        mount_option.FAMILY,
        file_mode.FAMILY,
        file_contains.FAMILY,
        package_absent.FAMILY,
        package_present.FAMILY,
        service_off.FAMILY,
        banner.FAMILY,
        cron.FAMILY,
    )
}  # fmt: skip
