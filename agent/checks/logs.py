"""Checks of time and logs: without them nobody can say afterwards what happened."""

from agent.checks.model import Check, Outcome, at_most, judged, none_of
from agent.facts import journal, journald, log_files, timekeeping
from wire.privacy import Privacy
from wire.text import N_


def clock_follows_a_server(facts: timekeeping.TimeFacts) -> Outcome:
    return judged(bool(facts.client) and facts.synchronised, facts.said)


def log_daemon_runs(facts: journal.JournalFacts) -> Outcome:
    return judged(bool(facts.running), ", ".join(facts.running) or "none")


def logs_survive_a_restart(facts: journal.JournalFacts) -> Outcome:
    by_journal = "systemd-journald" in facts.running
    kept = facts.text_logs or (by_journal and facts.journal_on_disk)
    folder = f"{'' if facts.journal_on_disk else 'no '}{journald.FOLDER}"
    return judged(kept, f"{', '.join(facts.running) or 'none'}; {folder}")


def logs_go_to_one_place(facts: journal.JournalFacts) -> Outcome:
    running = "rsyslogd" in facts.running
    observed = f"omfwd {_yes(facts.forwards)}, rsyslogd {_yes(running)}"
    return judged(facts.forwards and running, observed)


def logs_not_for_everyone(facts: log_files.LogFileFacts) -> Outcome:
    open_ones = [
        f"{name} {status.mode:04o}"
        for name, status in facts.secret.items()
        if not at_most(status.mode, 0o3750 if status.kind == "folder" else 0o660)
    ]
    return none_of(open_ones)


def logins_recorded(facts: log_files.LogFileFacts) -> Outcome:
    """Programs write a record only where it exists; after its rotation it may be empty."""
    names = ["wtmp"] if "wtmp" in facts.statuses else []
    names += ["wtmp.db"] if facts.login_database else []
    return judged(bool(names), ", ".join(names) or "no wtmp")


def failed_logins_recorded(facts: log_files.LogFileFacts) -> Outcome:
    there = "btmp" in facts.statuses
    return judged(there, "btmp" if there else "no btmp")


def _yes(there: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "yes" if there else "no"


CHECKS = (
    Check(
        id="time.follows_a_server",
        title=N_("The clock follows a time server"),
        why=N_("Records of several machines fit together only when their clocks agree."),
        expected="NTP synchronised",
        remedy="apt install chrony && systemctl enable --now chrony",
        needs=timekeeping.collect,
        judge=clock_follows_a_server,
        source="TCVN 14423:2026, 5.8.2.1 a); chronyc(1), timedatectl(1)",
    ),
    Check(
        id="logs.daemon_runs",
        title=N_("A log service runs"),
        why=N_("Without it nothing that happens here leaves a trace."),
        expected="rsyslogd or syslog-ng or systemd-journald",
        remedy="apt install rsyslog && systemctl enable --now rsyslog",
        needs=journal.collect,
        judge=log_daemon_runs,
        source="TCVN 14423:2026, 5.8.2.1 a)",
    ),
    Check(
        id="logs.survive_a_restart",
        title=N_("Logs are still there after a restart"),
        why=N_("Logs in memory are gone just when one asks why the server restarted."),
        expected="rsyslogd, or systemd-journald with /var/log/journal",
        remedy="mkdir -p /var/log/journal && systemctl restart systemd-journald",
        needs=journal.collect,
        judge=logs_survive_a_restart,
        source="journald.conf(5), Storage",
    ),
    Check(
        id="logs.go_to_one_place",
        title=N_("Logs are also sent to the central log server"),
        why=N_("An intruder wipes the logs of the server, not those that already left it."),
        expected="omfwd yes, rsyslogd yes",
        remedy="echo '*.* @@LOG_SERVER:6514' > /etc/rsyslog.d/90-central.conf && "
        "systemctl restart rsyslog",
        needs=journal.collect,
        judge=logs_go_to_one_place,
        source="TCVN 14423:2026, 5.8.2.1 a); rsyslog.conf(5)",
    ),
    Check(
        id="logs.not_for_everyone",
        title=N_("Not everybody may read the logs"),
        why=N_("Logs hold names, addresses, and passwords typed in the wrong place."),
        expected="none above 0660",
        remedy="chmod o= /var/log/auth.log* /var/log/syslog*",
        needs=log_files.collect,
        judge=logs_not_for_everyone,
        source="CIS Debian Linux 12, access to log files",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="logs.logins_recorded",
        title=N_("Logins are recorded"),
        why=N_("`last` shows who was here and when, if this record exists."),
        expected="wtmp or wtmp.db",
        remedy="touch /var/log/wtmp && chown root:utmp /var/log/wtmp && chmod 664 /var/log/wtmp",
        needs=log_files.collect,
        judge=logins_recorded,
        source="utmp(5), wtmp; wtmpdb(8)",
    ),
    Check(
        id="logs.failed_logins_recorded",
        title=N_("Failed logins are recorded"),
        why=N_("Many failures in a row are the first sign of somebody trying."),
        expected="btmp",
        remedy="touch /var/log/btmp && chown root:utmp /var/log/btmp && chmod 660 /var/log/btmp",
        needs=log_files.collect,
        judge=failed_logins_recorded,
        source="utmp(5), btmp",
    ),
)
