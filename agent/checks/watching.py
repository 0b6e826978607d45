"""Checks of who watches: the clock, the logs, the resources, the files, the visitors."""

from datetime import timedelta

from agent.checks.limits import CLOCK_OFFSET_S, SCAN_AGE_DAYS
from agent.checks.model import Check, Outcome, judged, none_of, undecided
from agent.facts import log_delivery, log_guard, monitors, own, synchrony
from agent.facts.monitors import MonitorFacts
from wire.privacy import Privacy
from wire.text import N_

OWN_AGENT = "lachan-agent"


def clock_heard(facts: synchrony.HeardFacts) -> Outcome:
    return judged(facts.lately, facts.said)


def clock_right(offset_s: float) -> Outcome:
    return judged(offset_s <= CLOCK_OFFSET_S, f"{offset_s:.3f} s")


def logs_delivered(facts: log_delivery.DeliveryFacts) -> Outcome:
    """Without a line that is open nobody confirms anything: UDP never knows who listens."""
    if facts.connected:
        return judged(True, f"{', '.join(facts.connected)}: established")  # noqa: FBT003 - what it says
    others = [name for name in facts.running if name not in {"rsyslogd", "syslog-ng"}]
    if facts.told_to or others or "syslog-ng" in facts.running:
        return undecided("no_receipt", f"{', '.join(facts.running) or 'upload'}: none established")
    return judged(False, "none")  # noqa: FBT003 - what it says


def logs_not_rewritten(facts: log_guard.GuardFacts) -> Outcome:
    """Records that left the host already are `logs.delivered`; here it is about those that stay."""
    if not facts.others and (facts.growing_only or facts.sealed_journal):
        return none_of(())
    return none_of(facts.others or ["no append-only log, no sealed journal"])


def full_disk_told(facts: MonitorFacts) -> Outcome:
    watching = [*facts.meters, *([OWN_AGENT] if facts.own_reports else [])]
    return judged(bool(watching), ", ".join(watching) or "none")


def resources_measured(facts: MonitorFacts) -> Outcome:
    measuring = [*facts.meters, *([OWN_AGENT] if facts.own_metrics or facts.own_reports else [])]
    return judged(bool(measuring), ", ".join(measuring) or "none")


def intrusion_detected(facts: MonitorFacts) -> Outcome:
    return judged(bool(facts.detectors), ", ".join(facts.detectors) or "none")


def guessers_shut_out(facts: MonitorFacts) -> Outcome:
    return judged(bool(facts.barriers), ", ".join(facts.barriers) or "none")


def baselines_approved(facts: own.WatchFacts) -> Outcome:
    good = 0 < facts.watched <= facts.approved
    return judged(good, f"{facts.approved} approved of {facts.watched} watched")


def scans_reported(facts: own.WatchFacts) -> Outcome:
    age = "no scan" if facts.age is None else f"scan {facts.age / timedelta(days=1):.1f} d"
    fresh = facts.age is not None and facts.age <= timedelta(days=SCAN_AGE_DAYS)
    told = "controller yes" if facts.reports else "controller no"
    return judged(fresh and facts.reports and facts.watched > 0, f"{age}, {told}")


CHECKS = (
    Check(
        id="time.heard_lately",
        title=N_("The time server answered lately"),
        why=N_("A clock that lost its server days ago still calls itself right."),
        expected="an answer to one of the last 3 tries, or within 3 h",
        remedy="chronyc -n sources; nano /etc/chrony/chrony.conf && systemctl restart chrony",
        needs=synchrony.collect_heard,
        judge=clock_heard,
        source="chronyc(1), sources; systemd-timesyncd(8); TCVN 14423:2026, 5.8.2.1 a)",
    ),
    Check(
        id="time.offset_small",
        title=N_("The clock is right to the second"),
        why=N_("Records of several machines fit together only when their clocks agree."),
        expected=f"≤ {CLOCK_OFFSET_S} s",
        remedy="chronyc makestep; systemctl restart systemd-timesyncd",
        needs=synchrony.collect_offset_s,
        judge=clock_right,
        source="chronyc(1), tracking; TCVN 14423:2026, 5.8.2.1 a); limit: our own choice",
    ),
    Check(
        id="logs.delivered",
        title=N_("Logs really reach another machine"),
        why=N_("A line in a settings file sends nothing when the receiver is gone."),
        expected="an established connection of a log program",
        remedy="systemctl restart rsyslog && ss -tnp state established | grep rsyslogd",
        needs=log_delivery.collect,
        judge=logs_delivered,
        source="ss(8); TCVN 14423:2026, 5.8.2.1 a)",
    ),
    Check(
        id="logs.not_rewritten",
        title=N_("What was logged cannot be changed on this server"),
        why=N_("Whoever breaks in changes the record of it first."),
        expected="none without append-only attribute; or a sealed journal",
        remedy="chattr +a /var/log/auth.log /var/log/syslog /var/log/audit/audit.log; "
        "journalctl --setup-keys",
        needs=log_guard.collect,
        judge=logs_not_rewritten,
        source="chattr(1), a; journalctl(1), --setup-keys; TCVN 14423:2026, 6.8.2.3 b)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="logs.full_disk_told",
        title=N_("Somebody is told before the disk for logs is full"),
        why=N_("A full disk ends the record in silence."),
        expected="a program that watches disks, or an agent with a controller",
        remedy="lachan-agent join; apt install prometheus-node-exporter",
        needs=monitors.collect,
        judge=full_disk_told,
        source="TCVN 14423:2026, 5.8.2.1 a)",
    ),
    Check(
        id="resources.measured",
        title=N_("Processor, memory and disks are measured all the time"),
        why=N_("What is slow or full is seen before the ward calls; so is a mining program."),
        expected="a program that measures, or an agent with metrics or a controller",
        remedy="apt install prometheus-node-exporter && "
        "systemctl enable --now prometheus-node-exporter",
        needs=monitors.collect,
        judge=resources_measured,
        source="TCVN 14423:2026, 5.12.2.2 a)",
    ),
    Check(
        id="intrusion.detection_runs",
        title=N_("A program looks for intruders"),
        why=N_("Intruders stay for weeks where nobody looks for their traces."),
        expected="wazuh-agentd or osqueryd or falco or suricata or another",
        remedy="apt install suricata && systemctl enable --now suricata",
        needs=monitors.collect,
        judge=intrusion_detected,
        source="TCVN 14423:2026, 5.13.2.2",
    ),
    Check(
        id="intrusion.guessers_shut_out",
        title=N_("Who guesses passwords is shut out"),
        why=N_("Guessing programs try thousands a day; a barrier ends it after five."),
        expected="fail2ban-server or crowdsec or sshguard or another",
        remedy="apt install fail2ban && systemctl enable --now fail2ban",
        needs=monitors.collect,
        judge=guessers_shut_out,
        source="TCVN 14423:2026, 5.13.2.2; fail2ban(1)",
    ),
    Check(
        id="integrity.baselines_approved",
        title=N_("Important data has an approved state to compare with"),
        why=N_("Only against a state that somebody approved can a change be told."),
        expected="as many approved as watched, at least 1",
        remedy="nano /etc/lachan/agent.yaml && lachan-agent integrity baseline",
        needs=own.collect_watch,
        judge=baselines_approved,
        source="TCVN 14423:2026, 5.4.2.5, 6.4.2.5 a)",
    ),
    Check(
        id="integrity.scans_reported",
        title=N_("Changes of important data are looked for and reported"),
        why=N_("Ransomware shows in changed files hours before anybody complains."),
        expected=f"scan ≤ {SCAN_AGE_DAYS} d, controller yes",
        remedy="lachan-agent join; lachan-agent integrity scan; lachan-agent run",
        needs=own.collect_watch,
        judge=scans_reported,
        source="TCVN 14423:2026, 6.4.2.5 b)",
    ),
)
