"""Checks of upkeep: updates that really happen, who installs what, browsers and mail programs."""

from datetime import timedelta

from agent.checks.limits import UPDATE_RUN_DAYS
from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import browsers, installers, update_runs
from agent.facts.browsers import ExtensionFacts, VersionFacts
from agent.facts.update_runs import RestartFacts, RunFacts
from wire.privacy import Privacy
from wire.text import N_


def ran_lately(facts: RunFacts) -> Outcome:
    if facts.ran_at is None:
        return judged(False, "never")  # noqa: FBT003 - what it says
    age = facts.today - facts.ran_at
    return judged(age <= timedelta(days=UPDATE_RUN_DAYS), f"{age.days} d")


def security_source_named(suites: tuple[str, ...]) -> Outcome:
    return judged(bool(suites), ", ".join(suites) or "none")


def restart_done(facts: RestartFacts) -> Outcome:
    waiting = ", restart asked for" if facts.marked else ""
    observed = f"runs {facts.running}, newest {facts.newest}{waiting}"
    newest = update_runs.release_of(facts.running) == update_runs.release_of(facts.newest)
    return judged(newest and not facts.marked, observed)


def only_admins_install(facts: installers.InstallFacts) -> Outcome:
    return none_of([*facts.open_places, *facts.open_rules])


def installs_logged(path: str) -> Outcome:
    return judged(bool(path), path or "none")


def browsers_supported(facts: VersionFacts) -> Outcome:
    return none_of(facts.orphaned)


def browsers_up_to_date(facts: VersionFacts) -> Outcome:
    return none_of(facts.outdated)


def extensions_limited(facts: ExtensionFacts) -> Outcome:
    return judged(facts.limited, "blocked by default" if facts.limited else "free to install")


def extensions_approved(facts: ExtensionFacts) -> Outcome:
    return none_of(facts.unapproved)


_EXTENSIONS = (
    'mkdir -p /etc/chromium/policies/managed && echo \'{"ExtensionInstallBlocklist": ["*"]}\' > '
    "/etc/chromium/policies/managed/extensions.json"
)

CHECKS = (
    Check(
        id="updates.ran_lately",
        title=N_("Automatic updates really ran this week"),
        why=N_("A setting alone installs nothing: timers stop, and nobody notices."),
        expected=f"≤ {UPDATE_RUN_DAYS} d",
        remedy="systemctl enable --now apt-daily.timer apt-daily-upgrade.timer && "
        "unattended-upgrade -v",
        needs=update_runs.collect_run,
        judge=ran_lately,
        source="apt.conf(5), APT::Periodic; TCVN 14423:2026, 5.7.2.2; limit: our own choice",
    ),
    Check(
        id="updates.security_source_named",
        title=N_("Security updates have a source"),
        why=N_("Without it `apt` says that nothing waits, whatever is open."),
        expected="a suite of security updates",
        remedy='. /etc/os-release; echo "deb MIRROR/debian-security '
        '$VERSION_CODENAME-security main" > /etc/apt/sources.list.d/security.list && apt update',
        needs=update_runs.collect_security_suites,
        judge=security_source_named,
        source="sources.list(5); TCVN 14423:2026, 5.7.2.2",
    ),
    Check(
        id="updates.restart_done",
        title=N_("The newest kernel that is installed is the one that runs"),
        why=N_("A cure that is installed works only after the restart."),
        expected="runs the newest, no restart asked for",
        remedy="reboot",
        needs=update_runs.collect_restart,
        judge=restart_done,
        source="TCVN 14423:2026, 5.7.2.2; uname(1)",
    ),
    Check(
        id="software.only_admins_install",
        title=N_("Only administrators put programs on this server"),
        why=N_("What anybody may install anybody may bring in, malware too."),
        expected="none",
        remedy="chown root:root FOLDER && chmod go-w FOLDER; nano /etc/polkit-1/rules.d/FILE",
        needs=installers.collect,
        judge=only_admins_install,
        source="TCVN 14423:2026, 5.3.2.2 c); polkit(8)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="software.installs_logged",
        title=N_("It is written down which software comes and goes"),
        why=N_("The list of changes shows what an intruder brought."),
        expected="log FILE in dpkg.cfg, and the file",
        remedy="echo 'log /var/log/dpkg.log' > /etc/dpkg/dpkg.cfg.d/log && touch /var/log/dpkg.log",
        needs=installers.collect_log,
        judge=installs_logged,
        source="dpkg.cfg(5), log; TCVN 14423:2026, 5.3.2.2 c)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="browser.supported",
        title=N_("Browsers and mail programs come from a maker who still mends them"),
        why=N_("A browser without cures falls to the first bad page."),
        expected="none without a package source",
        remedy="apt purge NAME; apt install firefox-esr",
        needs=browsers.FACT,
        judge=browsers_supported,
        source="apt-cache(8), policy; TCVN 14423:2026, 5.9.2.1 b)",
    ),
    Check(
        id="browser.up_to_date",
        title=N_("Browsers and mail programs are up to date"),
        why=N_("They read what strangers send; each month brings new flaws of them."),
        expected="none with a newer version",
        remedy="apt update && apt install --only-upgrade NAME",
        needs=browsers.FACT,
        judge=browsers_up_to_date,
        source="apt-cache(8), policy; TCVN 14423:2026, 5.9.2.1 d)",
    ),
    Check(
        id="browser.extensions_limited",
        title=N_("Only approved extensions can be added to browsers"),
        why=N_("An extension reads every page, the hospital's own programs too."),
        expected="blocked by default",
        remedy=_EXTENSIONS,
        needs=browsers.collect_extensions,
        judge=extensions_limited,
        source="Chrome Enterprise policy list, ExtensionInstallBlocklist; "
        "Firefox policy templates; TCVN 14423:2026, 6.9.2.4 b)",
    ),
    Check(
        id="browser.extensions_approved",
        title=N_("No extension is in use that nobody approved"),
        why=N_("What came in before the rule stays until somebody looks."),
        expected="none",
        remedy="rm -r ~NAME/.config/chromium/*/Extensions/ID",
        needs=browsers.collect_extensions,
        judge=extensions_approved,
        source="TCVN 14423:2026, 6.9.2.4 c)",
        observed_is=Privacy.LOCAL,
    ),
)
