"""Checks of the running kernel's protections."""

from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import kernel
from wire.text import N_


def processor_flaws_cured(facts: kernel.ProtectionFacts) -> Outcome:
    return none_of(facts.vulnerable)


def access_control_on(found: tuple[str, ...]) -> Outcome:
    return judged(bool(found), ", ".join(found) or "no apparmor, no selinux")


CHECKS = (
    Check(
        id="kernel.processor_flaws_cured",
        title=N_("Known flaws of the processor are cured"),
        why=N_("Through them one program reads the memory of all others."),
        expected="none Vulnerable",
        remedy="apt install intel-microcode amd64-microcode && reboot",
        needs=kernel.collect_vulnerabilities,
        judge=processor_flaws_cured,
        source="Linux kernel documentation, hardware vulnerabilities",
    ),
    Check(
        id="kernel.access_control_on",
        title=N_("The kernel limits what each service may touch"),
        why=N_("A service that was broken into stays within its own files."),
        expected="apparmor or selinux",
        remedy="apt install apparmor apparmor-profiles && aa-enforce /etc/apparmor.d/* && reboot",
        needs=kernel.collect_access_control,
        judge=access_control_on,
        source="apparmor(7); selinux(8)",
    ),
)
