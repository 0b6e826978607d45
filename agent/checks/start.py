"""Checks of how this host starts, and of what a flaw in a program can do on it."""

from agent.checks.model import Check, Outcome, judged
from agent.facts import boot, dumps, protections
from agent.facts.boot import LoaderFacts
from agent.facts.dumps import DumpFacts
from agent.facts.protections import ProfileFacts
from wire.text import N_


def secure_boot_on(on: bool) -> Outcome:  # noqa: FBT001 - the one thing that was read
    return judged(on, f"SecureBoot {'enabled' if on else 'disabled'}")


def loader_guarded(facts: LoaderFacts) -> Outcome:
    return judged(facts.guarded, facts.said)


def kernel_locked(mode: str) -> Outcome:
    return judged(mode in {"integrity", "confidentiality"}, f"lockdown {mode}")


def dumps_not_stored(facts: DumpFacts) -> Outcome:
    shown = facts.pattern.split()[0][:100]
    storage = f", Storage={facts.storage}" if facts.storage else ""
    return judged(not facts.stored, f"core_pattern {shown}{storage}")


def sessions_leave_no_dumps(limit: str | None) -> Outcome:
    return judged(limit == "0", f"* hard core {limit or 'none'}")


def profiles_enforced(facts: ProfileFacts) -> Outcome:
    observed = f"{facts.enforced} enforce, {facts.complaining} complain"
    if facts.selinux:
        return judged(True, "selinux enforcing")  # noqa: FBT003 - what it says
    return judged(facts.enforced > 0 and facts.complaining == 0, observed)


def no_execute_on(on: bool) -> Outcome:  # noqa: FBT001 - the one thing that was read
    return judged(on, "nx" if on else "no nx")


CHECKS = (
    Check(
        id="boot.secure_boot_on",
        title=N_("Only signed systems start on this server"),
        why=N_("Otherwise an intruder starts before the system and is never seen by it."),
        expected="SecureBoot enabled",
        remedy="mokutil --sb-state; systemctl reboot --firmware-setup",
        needs=boot.collect_secure_boot,
        judge=secure_boot_on,
        source="mokutil(1); UEFI specification, SecureBoot; TCVN 14423:2026, 5.10.2.3",
    ),
    Check(
        id="boot.loader_guarded",
        title=N_("Nobody changes the start without a password"),
        why=N_("Whoever stands before the machine becomes root with one changed line."),
        expected="superusers yes, password yes; or editor no",
        remedy="grub-mkpasswd-pbkdf2; nano /etc/grub.d/40_custom && update-grub",
        needs=boot.collect_loader,
        judge=loader_guarded,
        source="CIS Debian Linux 12, bootloader password; GRUB manual, security; loader.conf(5)",
    ),
    Check(
        id="boot.kernel_locked_down",
        title=N_("Even root cannot change the running kernel"),
        why=N_("An intruder with root hides in the kernel, where no program finds him."),
        expected="lockdown integrity or confidentiality",
        remedy="sed -i 's/^GRUB_CMDLINE_LINUX=\"/&lockdown=integrity /' /etc/default/grub && "
        "update-grub && reboot",
        needs=boot.collect_lockdown,
        judge=kernel_locked,
        source="kernel_lockdown(7); TCVN 14423:2026, 5.10.2.3",
    ),
    Check(
        id="dumps.not_stored",
        title=N_("The memory of crashed programs is not kept"),
        why=N_("It holds passwords and patients' data as they were a moment before."),
        expected="core_pattern |/bin/false, or Storage=none",
        remedy="echo 'kernel.core_pattern = |/bin/false' > /etc/sysctl.d/80-core.conf && "
        "sysctl --system",
        needs=dumps.collect,
        judge=dumps_not_stored,
        source="core(5); coredump.conf(5), Storage; CIS Debian Linux 12, core dumps",
    ),
    Check(
        id="dumps.sessions_leave_none",
        title=N_("Programs of logged-in people leave no memory dumps"),
        why=N_("Such a dump may hold the passwords of everybody."),
        expected="* hard core 0",
        remedy="echo '* hard core 0' > /etc/security/limits.d/core.conf",
        needs=dumps.collect_hard_limit,
        judge=sessions_leave_no_dumps,
        source="limits.conf(5); CIS Debian Linux 12, core dumps",
    ),
    Check(
        id="kernel.profiles_enforced",
        title=N_("The limits of services are enforced, not only written down"),
        why=N_("A profile that only complains lets everything happen."),
        expected="≥ 1 enforce, 0 complain",
        remedy="apt install apparmor-utils && aa-enforce /etc/apparmor.d/*",
        needs=protections.collect_profiles,
        judge=profiles_enforced,
        source="apparmor(7); aa-enforce(8); TCVN 14423:2026, 5.10.2.3",
    ),
    Check(
        id="kernel.no_execute_on",
        title=N_("Data in memory cannot be run as a program"),
        why=N_("Most attacks put a program where data belongs and have it run."),
        expected="nx",
        remedy="systemctl reboot --firmware-setup",
        needs=protections.collect_no_execute,
        judge=no_execute_on,
        source="proc(5), cpuinfo; TCVN 14423:2026, 5.10.2.3",
    ),
)
