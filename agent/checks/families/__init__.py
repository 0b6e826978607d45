"""The families of checks, listed by hand: one module each, instances in policies/checks/*.yaml."""

from typing import Any

from agent.checks.families import (
    audit_rule,
    auditd_setting,
    banner,
    cron,
    file_contains,
    file_mode,
    journald_setting,
    kernel_module,
    kernel_setting,
    log_retention,
    log_sending,
    login_defs,
    logrotate,
    mount_option,
    package_absent,
    package_present,
    pam_argument,
    pam_module,
    rsyslog_setting,
    service_off,
    sshd_setting,
    sudo_setting,
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
        sshd_setting.FAMILY,
        pam_module.FAMILY,
        pam_argument.FAMILY,
        audit_rule.FAMILY,
        auditd_setting.FAMILY,
        journald_setting.FAMILY,
        rsyslog_setting.FAMILY,
        log_sending.FAMILY,
        logrotate.FAMILY,
        login_defs.FAMILY,
        sudo_setting.FAMILY,
        log_retention.FAMILY,
    )
}  # fmt: skip
