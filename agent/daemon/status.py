"""What was done last, what waits, what is wrong: from this host's own state, without network."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from agent.daemon.app import App
from agent.daemon.diary import JobRecord, open_diary
from agent.daemon.items import Item
from agent.daemon.jobs import HEARTBEAT_EVERY, jobs_of
from agent.daemon.last_words import LastWords, last_words
from agent.state import gaps
from agent.state.lock import holder
from agent.uplink.memory import (
    CLOCK_WRONG,
    CLONED,
    EVIDENCE_REFUSED,
    HISTORY_REWRITTEN,
    LEVEL_DIFFERS,
    ORDER_REFUSED,
    REVOKED,
    Alarm,
)
from texts.moments import show_moment
from wire.text import N_
from wire.verdicts import BackupVerdict, CheckVerdict, DrillVerdict, Separation

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
NOT_APPLICABLE = CheckVerdict.NOT_APPLICABLE
_SILENT_AFTER = 5 * HEARTBEAT_EVERY
_OLDEST_WAITING = timedelta(hours=1)
_ALARM_WORDS: dict[str, tuple[str, str]] = {
    HISTORY_REWRITTEN: (
        N_("The controller's log was rewritten: {detail}"),
        N_("Keep the state folder as proof and tell the province and its inspector."),
    ),
    CLOCK_WRONG: (
        N_("This host's clock is {detail} s away from the controller's."),
        N_("Set this host's clock: timedatectl set-ntp true"),
    ),
    CLONED: (
        N_("Another host speaks with this agent's name."),
        N_("Stop the copy, or enrol it as a host of its own with a new token."),
    ),
    REVOKED: (
        N_("The controller has revoked this agent."),
        N_("If that was a mistake, enrol the host again with a new token."),
    ),
    EVIDENCE_REFUSED: (
        N_("The controller refuses evidence: {detail}. It stays here."),
        N_("Ask the province's administrator; show `lachan-agent outbox`."),
    ),
    LEVEL_DIFFERS: (
        N_("Level or regime differ between this host and the province: {detail}."),
        N_("Correct `systems:` in agent.yaml, or ask the province; the stricter counts."),
    ),
    ORDER_REFUSED: (
        N_("An order that the controller did not sign was refused: {detail}"),
        N_("Tell the province: someone may be trying to steer this host."),
    ),
}


def status_items(app: App) -> list[Item]:
    words = last_words(app)
    return [
        _daemon_item(app),
        *_uplink_items(app),
        _outbox_item(app),
        *_alarm_items(app.memory.alarms()),
        *_loss_items(app),
        *_job_items(app),
        *_look_items(words),
    ]


def _daemon_item(app: App) -> Item:
    held = holder(app.home, "daemon")
    if held is None:
        remedy = N_("Run: systemctl start lachan-agent")
        return Item("daemon", FAIL, N_("The daemon does not run."), {}, remedy)
    parameters: dict[str, object] = {"pid": held[0], "since": held[1]}
    return Item("daemon", PASS, N_("The daemon runs (process {pid}, since {since})."), parameters)


def _uplink_items(app: App) -> Iterator[Item]:
    member = app.identity.membership
    if not app.joined or member is None:
        yield Item("controller", NOT_APPLICABLE, N_("This agent works alone."))
        return
    named: dict[str, object] = {"url": member.url, "agent": member.agent}
    yield Item("controller", PASS, N_("Joined {url} as {agent}."), named)
    text = app.memory.fact("last_heartbeat_at")
    last = datetime.fromisoformat(text) if text else None
    fresh = last is not None and app.clock.now() - last <= _SILENT_AFTER
    yield Item(
        "heartbeat",
        PASS if fresh else FAIL,
        N_("Last heartbeat: {at}."),
        {"at": show_moment(last)},
        N_("Look with `lachan-agent doctor` whether the controller can be reached."),
    )


def _outbox_item(app: App) -> Item:
    backlog = app.outbox.backlog()
    parameters: dict[str, object] = {
        "count": backlog.count,
        "at": show_moment(backlog.oldest_at),
    }
    if not app.joined:
        return Item("outbox", PASS, N_("{count} statements are kept here."), parameters)
    waits_long = (
        backlog.oldest_at is not None and app.clock.now() - backlog.oldest_at > _OLDEST_WAITING
    )
    return Item(
        "outbox",
        FAIL if waits_long else PASS,
        N_("{count} statements wait, the oldest since {at}."),
        parameters,
        N_("Run: lachan-agent outbox send"),
    )


def _alarm_items(alarms: tuple[Alarm, ...]) -> Iterator[Item]:
    for alarm in alarms:
        message, remedy = _ALARM_WORDS[alarm.kind]
        name = "alarm." + alarm.kind.lower()
        yield Item(name, FAIL, message, {"detail": alarm.detail}, remedy)


def _loss_items(app: App) -> Iterator[Item]:
    for gap in gaps.all_gaps(app.home):
        yield Item(
            f"state.{gap.purpose}",
            FAIL if gap in gaps.waiting(app.home) else PASS,
            N_("State file {file} was {reason} at {at}; kept as {kept}."),
            {
                "file": gap.purpose,
                "reason": gap.reason,
                "at": show_moment(gap.at),
                "kept": gap.kept_as or "-",
            },
            N_("It will be stated at the daemon's next round; keep the file for the inquiry."),
        )


def _job_items(app: App) -> Iterator[Item]:
    diary = open_diary(app.home, app.clock)
    try:
        records = {record.name: record for record in diary.records()}
    finally:
        diary.close()
    for job in jobs_of(app):
        if job.words:
            yield _job_item(job.name, records.get(job.name))


def _job_item(name: str, record: JobRecord | None) -> Item:
    remedy = N_("Look at its messages: journalctl -u lachan-agent")
    if record is None:
        return Item(f"job.{name}", UNKNOWN, N_("Job {job} has not run yet."), {"job": name}, "")
    parameters: dict[str, object] = {
        "job": name,
        "at": show_moment(record.succeeded_at),
        "result": record.result or "…",
    }
    bad = record.ended_at is not None and record.result != "ok"
    message = N_("Job {job}: last success {at}, last result {result}.")
    return Item(f"job.{name}", UNKNOWN if bad else PASS, message, parameters, remedy)


def _look_items(words: LastWords) -> Iterator[Item]:
    counts = words.verdict_counts
    if words.findings is not None:
        verdict = FAIL if counts["FAIL"] else UNKNOWN if counts["UNKNOWN"] else PASS
        yield Item(
            "checks",
            verdict,
            N_("Checks: {failed} failed, {unknown} unknown, {passed} passed."),
            {"failed": counts["FAIL"], "unknown": counts["UNKNOWN"], "passed": counts["PASS"]},
            N_("Run: lachan-agent check"),
        )
    for position, backup in enumerate(words.backups, start=1):
        remedy = N_("Run: lachan-agent backup status")
        parameters: dict[str, object] = {
            "number": position,
            "verdict": backup.verdict.value,
            "cause": backup.cause.value if backup.cause else "-",
        }
        message = N_("Backup of dataset {number}: {verdict} ({cause}).")
        yield Item(f"backup.{position}", _of_backup(backup.verdict), message, parameters, remedy)
    yield from _place_items(words)


def _place_items(words: LastWords) -> Iterator[Item]:
    if words.sites is not None:
        verdict = words.sites.verdict
        parameters: dict[str, object] = {"verdict": verdict.value}
        remedy = N_("Run: lachan-agent site probe")
        message = N_("Two sites: {verdict}.")
        yield Item("sites", _of_separation(verdict), message, parameters, remedy)
    if words.drills:
        drill = words.drills[0]
        parameters = {
            "drill": drill.drill_class,
            "verdict": drill.verdict.value,
            "assurance": drill.assurance.value,
            "at": show_moment(drill.ended_at),
        }
        message = N_("Last drill {drill}: {verdict} ({assurance}), {at}.")
        remedy = N_("Run: lachan-agent drill list")
        yield Item("drill", _of_drill(drill.verdict), message, parameters, remedy)


def _of_backup(verdict: BackupVerdict) -> CheckVerdict:
    if verdict is BackupVerdict.UNKNOWN:
        return UNKNOWN
    return PASS if verdict is BackupVerdict.GREEN else FAIL


def _of_separation(verdict: Separation) -> CheckVerdict:
    if verdict is Separation.INCONCLUSIVE:
        return UNKNOWN
    return PASS if verdict is Separation.SEPARATE else FAIL


def _of_drill(verdict: DrillVerdict) -> CheckVerdict:
    if verdict is DrillVerdict.INCONCLUSIVE:
        return UNKNOWN
    return PASS if verdict is DrillVerdict.PASSED else FAIL
