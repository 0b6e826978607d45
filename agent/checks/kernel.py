"""Checks of the running kernel's protections."""

from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import kernel
from wire.text import N_

Values = dict[str, str | None]

ASLR = kernel.Settings(("kernel.randomize_va_space",))
PTRACE = kernel.Settings(("kernel.yama.ptrace_scope",))
HIDDEN = kernel.Settings(("kernel.dmesg_restrict", "kernel.kptr_restrict"))
LINKS = kernel.Settings(("fs.protected_hardlinks", "fs.protected_symlinks"))
DUMPS = kernel.Settings(("fs.suid_dumpable",))
COOKIES = kernel.Settings(("net.ipv4.tcp_syncookies",))
ROUTES = kernel.Settings(
    (
        "net.ipv4.conf.all.accept_source_route",
        "net.ipv4.conf.all.send_redirects",
        "net.ipv4.conf.all.accept_redirects",
        "net.ipv4.conf.default.accept_redirects",
        "net.ipv6.conf.all.accept_source_route",
        "net.ipv6.conf.all.accept_redirects",
        "net.ipv6.conf.default.accept_redirects",
    )
)
SAVED = kernel.SavedSettings(
    ("kernel.randomize_va_space", "net.ipv4.tcp_syncookies", "fs.suid_dumpable")
)


def aslr_full(values: Values) -> Outcome:
    return judged(values["kernel.randomize_va_space"] == "2", _shown(values))


def strangers_not_traced(values: Values) -> Outcome:
    return judged(values["kernel.yama.ptrace_scope"] in {"1", "2", "3"}, _shown(values))


def addresses_hidden(values: Values) -> Outcome:
    good = values["kernel.dmesg_restrict"] == "1" and values["kernel.kptr_restrict"] in {"1", "2"}
    return judged(good, _shown(values))


def links_protected(values: Values) -> Outcome:
    return judged(all(value == "1" for value in values.values()), _shown(values))


def privileged_dumps_off(values: Values) -> Outcome:
    """2 writes them where only root reads: as good as none at all."""
    return judged(values["fs.suid_dumpable"] in {"0", "2"}, _shown(values))


def floods_survived(values: Values) -> Outcome:
    return judged(values["net.ipv4.tcp_syncookies"] in {"1", "2"}, _shown(values))


def routes_not_taken(values: Values) -> Outcome:
    """A setting that is not there belongs to a protocol that this host does not speak."""
    return none_of(
        [f"{name} = {value}" for name, value in values.items() if value not in {None, "0"}]
    )


def settings_saved(values: dict[str, tuple[str | None, str | None]]) -> Outcome:
    """A file that says something else will undo what is good now at the next start."""
    return none_of(
        [
            f"{name}: {running}, at the next start {saved}"
            for name, (running, saved) in values.items()
            if saved is not None and running is not None and running != saved
        ]
    )


def processor_flaws_cured(facts: kernel.ProtectionFacts) -> Outcome:
    return none_of(facts.vulnerable)


def access_control_on(found: tuple[str, ...]) -> Outcome:
    return judged(bool(found), ", ".join(found) or "no apparmor, no selinux")


def _shown(values: Values) -> str:
    return ", ".join(f"{name} = {'none' if v is None else v}" for name, v in values.items())


def _set(*settings: str) -> str:
    lines = "\\n".join(settings)
    return f"printf '{lines}\\n' >> /etc/sysctl.d/80-lachan.conf && sysctl --system"


CHECKS = (
    Check(
        id="kernel.aslr_full",
        title=N_("Programs lie at unpredictable addresses in memory"),
        why=N_("Most attacks on flaws in memory need to know where things lie."),
        expected="kernel.randomize_va_space = 2",
        remedy=_set("kernel.randomize_va_space = 2"),
        needs=ASLR,
        judge=aslr_full,
        source="sysctl kernel.randomize_va_space; TCVN 14423:2026, 5.10.2.3",
    ),
    Check(
        id="kernel.strangers_not_traced",
        title=N_("Programs cannot look into one another"),
        why=N_("Malware reads passwords out of the memory of other programs."),
        expected="kernel.yama.ptrace_scope ≥ 1",
        remedy=_set("kernel.yama.ptrace_scope = 1"),
        needs=PTRACE,
        judge=strangers_not_traced,
        source="Linux kernel documentation, Yama",
    ),
    Check(
        id="kernel.addresses_hidden",
        title=N_("The kernel hides its addresses from ordinary users"),
        why=N_("Attacks on the kernel start with these addresses."),
        expected="kernel.dmesg_restrict = 1, kernel.kptr_restrict ≥ 1",
        remedy=_set("kernel.dmesg_restrict = 1", "kernel.kptr_restrict = 2"),
        needs=HIDDEN,
        judge=addresses_hidden,
        source="sysctl kernel.kptr_restrict, kernel.dmesg_restrict",
    ),
    Check(
        id="kernel.links_protected",
        title=N_("Links in shared folders cannot mislead programs"),
        why=N_("With a planted link an ordinary user makes root write where he wants."),
        expected="fs.protected_hardlinks = 1, fs.protected_symlinks = 1",
        remedy=_set("fs.protected_hardlinks = 1", "fs.protected_symlinks = 1"),
        needs=LINKS,
        judge=links_protected,
        source="proc(5), protected_symlinks",
    ),
    Check(
        id="kernel.privileged_dumps_off",
        title=N_("Privileged programs leave no readable memory dumps"),
        why=N_("Such a dump may hold the passwords of everybody."),
        expected="fs.suid_dumpable = 0 or 2",
        remedy=_set("fs.suid_dumpable = 0"),
        needs=DUMPS,
        judge=privileged_dumps_off,
        source="proc(5), suid_dumpable",
    ),
    Check(
        id="kernel.floods_survived",
        title=N_("The server survives a flood of half-open connections"),
        why=N_("One small machine could otherwise make the server unreachable."),
        expected="net.ipv4.tcp_syncookies = 1",
        remedy=_set("net.ipv4.tcp_syncookies = 1"),
        needs=COOKIES,
        judge=floods_survived,
        source="tcp(7), tcp_syncookies",
    ),
    Check(
        id="kernel.routes_not_taken",
        title=N_("The server takes no routes from strangers"),
        why=N_("A neighbour could otherwise lead the server's traffic over his machine."),
        expected="none on of accept_source_route, accept_redirects, send_redirects",
        remedy=_set(*(f"{name} = 0" for name in ROUTES.names)),
        needs=ROUTES,
        judge=routes_not_taken,
        source="Linux kernel documentation, ip-sysctl",
    ),
    Check(
        id="kernel.settings_saved",
        title=N_("The kernel's good settings survive a restart"),
        why=N_("What is good now and bad in the file will be bad after the next restart."),
        expected="none other in sysctl.d than now",
        remedy="sysctl --system; grep -rn randomize_va_space /etc/sysctl.d /etc/sysctl.conf",
        needs=SAVED,
        judge=settings_saved,
        source="sysctl.d(5)",
    ),
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
