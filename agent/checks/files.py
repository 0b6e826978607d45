"""Checks of permissions. Limits are "at most": whoever is stricter passes."""

from agent.checks.model import Check, Outcome, none_of
from agent.facts import modes, walk
from wire.privacy import Privacy
from wire.text import N_


def host_keys_guarded(facts: modes.ModeFacts) -> Outcome:
    """0640 is for distributions that read them through a group of their own."""
    return none_of(facts.beyond(0o640))


def planned_jobs_guarded(facts: modes.ModeFacts) -> Outcome:
    return none_of(facts.beyond(0o755))


def homes_private(facts: modes.ModeFacts) -> Outcome:
    return none_of(facts.beyond(0o2750, owner=None))


def nobody_s_files_absent(facts: walk.WalkFacts) -> Outcome:
    return none_of(facts.ownerless.names, facts.ownerless.total)


def open_files_absent(facts: walk.WalkFacts) -> Outcome:
    return none_of(facts.writable.names, facts.writable.total)


def privileged_programs_known(facts: walk.WalkFacts) -> Outcome:
    return none_of(facts.strange_privileged.names, facts.strange_privileged.total)


_FIND = "find / -xdev "

CHECKS = (
    Check(
        id="files.host_keys_guarded",
        title=N_("Only root reads the server's SSH keys"),
        why=N_("With them another machine can pretend to be this server."),
        expected="none above 0640 or not of root",
        remedy="chown root:root /etc/ssh/ssh_host_*_key && chmod 600 /etc/ssh/ssh_host_*_key",
        needs=modes.collect_host_keys,
        judge=host_keys_guarded,
        source="sshd(8), FILES",
    ),
    Check(
        id="files.planned_jobs_guarded",
        title=N_("Only root changes the jobs that run as root"),
        why=N_("Whoever may write there has root run what he wants."),
        expected="none above 0755 or not of root",
        remedy="chown -R root:root /etc/cron.* /etc/crontab && chmod -R go-w /etc/cron.* "
        "/etc/crontab",
        needs=modes.collect_cron,
        judge=planned_jobs_guarded,
        source="cron(8)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="files.homes_private",
        title=N_("Home folders are private"),
        why=N_(
            "Keys, notes and patient lists lie there; a colleague's account must not read them."
        ),
        expected="none above 0750",
        remedy="chmod o= /home/*",
        needs=modes.collect_homes,
        judge=homes_private,
        source="CIS Debian Linux 12, home directories",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="files.ownerless_absent",
        title=N_("Every file belongs to somebody"),
        why=N_("The next new account may get the number of a deleted one, and with it its files."),
        expected="none",
        remedy=_FIND + "\\( -nouser -o -nogroup \\) -exec chown root:root {} +",
        needs=walk.FACT,
        judge=nobody_s_files_absent,
        source="find(1), -nouser",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="files.open_to_all_absent",
        title=N_("No file or folder is open for everybody to change"),
        why=N_("Ransomware needs no rights where everybody has them."),
        expected="none",
        remedy=_FIND + "-type f -perm -0002 -exec chmod o-w {} +",
        needs=walk.FACT,
        judge=open_files_absent,
        source="find(1), -perm; CIS Debian Linux 12, world writable files",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="files.privileged_programs_known",
        title=N_("Every program that runs as its owner comes from a package"),
        why=N_("A forgotten or planted one gives root to whoever starts it."),
        expected="none",
        remedy="dpkg -S PROGRAM; chmod u-s,g-s PROGRAM",
        needs=walk.FACT,
        judge=privileged_programs_known,
        source="find(1), -perm; dpkg-query(1), -S",
        observed_is=Privacy.LOCAL,
    ),
)
