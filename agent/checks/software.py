"""Checks of the installed software and its updates."""

from agent.checks.limits import PACKAGE_LIST_AGE_DAYS, PATCH_AGE_DAYS
from agent.checks.model import Check, Outcome, judged, none_of, undecided
from agent.facts import packages, updates
from wire.privacy import Privacy
from wire.text import N_

PERIODIC = ("Update-Package-Lists", "Unattended-Upgrade")


def no_security_update_waits(facts: updates.UpdateFacts) -> Outcome:
    """Old lists know of no new updates: an empty answer from them says nothing."""
    if facts.security:
        return none_of(facts.security)
    return _lists_stale(facts) or none_of(())


def updated_this_month(facts: updates.UpdateFacts) -> Outcome:
    """Passes also when nothing waits, by lists that would tell: there was nothing to install."""
    updated_on = facts.updated_on
    age_days = None if updated_on is None else (facts.looked_at.date() - updated_on).days
    recent = age_days is not None and age_days <= PATCH_AGE_DAYS
    waiting = len(facts.security) + facts.others
    stale = None if recent or waiting else _lists_stale(facts)
    return stale or judged(
        recent or waiting == 0, f"dpkg.log {_shown(age_days)}, {waiting} waiting"
    )


def _lists_stale(facts: updates.UpdateFacts) -> Outcome | None:
    age_days = None if facts.lists_at is None else (facts.looked_at - facts.lists_at).days
    if age_days is not None and age_days <= PACKAGE_LIST_AGE_DAYS:
        return None
    return undecided("lists_stale", f"/var/lib/apt/lists {_shown(age_days)}")


def updates_itself(settings: dict[str, str]) -> Outcome:
    """`Enable` is on unless somebody switches all of it off."""
    found = {name: settings.get(name, "none") for name in PERIODIC}
    found |= {name: settings[name] for name in ("Enable",) if name in settings}
    good = all(value not in {"none", "0", ""} for value in found.values())
    return judged(good, ", ".join(f"{name} {value}" for name, value in found.items()))


def release_supported(facts: packages.ReleaseFacts) -> Outcome:
    """Mending for money is shown and does not count: nothing here tells who has a contract."""
    paid = f", with a contract until {facts.ends.paid}" if facts.ends.paid else ""
    observed = f"{facts.name} until {facts.ends.free}{paid}"
    return judged(facts.today <= facts.ends.free, observed)


def list_is_whole(facts: packages.PackageFacts) -> Outcome:
    if facts.broken:
        return none_of(facts.broken)
    return judged(True, str(facts.installed))  # noqa: FBT003 - what it says


def sources_checked(paths: tuple[str, ...]) -> Outcome:
    return none_of(paths)


def _shown(days: int | None) -> str:
    return "none" if days is None else f"{days} d"


CHECKS = (
    Check(
        id="updates.no_security_update_waits",
        title=N_("No security update waits to be installed"),
        why=N_("Once the cure is public, attackers know the flaw too."),
        expected="none",
        remedy="apt update && apt full-upgrade",
        needs=updates.FACT,
        judge=no_security_update_waits,
        source="TCVN 14423:2026, 5.7.2.2; apt-get(8)",
    ),
    Check(
        id="updates.installed_this_month",
        title=N_("Updates were installed within a month"),
        why=N_("The standard asks for it, and attackers do not wait longer."),
        expected=f"dpkg.log ≤ {PATCH_AGE_DAYS} d, or 0 waiting",
        remedy="apt update && apt full-upgrade",
        needs=updates.FACT,
        judge=updated_this_month,
        source="TCVN 14423:2026, 5.7.2.2",
    ),
    Check(
        id="updates.come_by_themselves",
        title=N_("Security updates come by themselves"),
        why=N_("Nobody has to think of it at night and on holidays."),
        expected="Update-Package-Lists 1, Unattended-Upgrade 1",
        remedy="apt install unattended-upgrades && dpkg-reconfigure -plow unattended-upgrades",
        needs=packages.collect_periodic,
        judge=updates_itself,
        source="apt.conf(5), APT::Periodic",
    ),
    Check(
        id="updates.release_supported",
        title=N_("The operating system still gets cures for flaws"),
        why=N_("After its last day every new flaw stays open for ever."),
        expected="not after its last day",
        remedy="cat /etc/os-release; sed -i 's/OLD_RELEASE/NEW_RELEASE/' /etc/apt/sources.list && "
        "apt update && apt full-upgrade",
        needs=packages.collect_release,
        judge=release_supported,
        source="distro-info-data; makers' release cycles, policies/releases.csv; os-release(5)",
    ),
    Check(
        id="software.list_is_whole",
        title=N_("The list of installed software is whole"),
        why=N_("What is half installed is neither updated nor removed, and nobody looks after it."),
        expected="none half installed",
        remedy="dpkg --audit; dpkg --configure -a",
        needs=packages.collect,
        judge=list_is_whole,
        source="dpkg-query(1), -W; TCVN 14423:2026, 5.3.2.1 a)",
    ),
    Check(
        id="software.sources_checked",
        title=N_("Software comes only from sources whose signature is checked"),
        why=N_("Otherwise whoever sits on the line installs what he wants as root."),
        expected="none with trusted=yes",
        remedy="grep -rniE 'trusted *[=:] *yes' /etc/apt/sources.list*",
        needs=packages.collect_unchecked_sources,
        judge=sources_checked,
        source="sources.list(5), trusted; TCVN 14423:2026, 5.3.2.2 c)",
        observed_is=Privacy.LOCAL,
    ),
)
