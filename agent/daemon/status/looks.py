"""What the last looks found: checks, backups, sites, drills, from what was sealed about them."""

from collections.abc import Iterator, Mapping

from agent.daemon.last_words import LastWords
from agent.daemon.status.items import Item
from texts.codes import word
from texts.moments import show_moment
from wire.text import N_
from wire.verdicts import BackupVerdict, CheckVerdict, DrillVerdict, Separation

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN


def look_items(words: LastWords, datasets: Mapping[str, str]) -> Iterator[Item]:
    """`datasets`: names by pseudonym; what is not configured any more has none."""
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
    for backup in words.backups:
        name = datasets.get(backup.dataset)
        if name is None:
            continue
        remedy = N_("Run: lachan-agent backup status")
        parameters: dict[str, object] = {
            "name": name,
            "verdict": _in_words(backup.verdict),
            "cause": backup.cause.value if backup.cause else "-",
        }
        message = N_("Backup of {name}: {verdict} ({cause}).")
        yield Item(f"backup.{name}", _of_backup(backup.verdict), message, parameters, remedy)
    yield from _place_items(words)


def _place_items(words: LastWords) -> Iterator[Item]:
    if words.sites is not None:
        verdict = words.sites.verdict
        parameters: dict[str, object] = {"verdict": _in_words(verdict)}
        remedy = N_("Run: lachan-agent site probe")
        message = N_("Two sites: {verdict}.")
        yield Item("sites", _of_separation(verdict), message, parameters, remedy)
    if words.drills:
        drill = words.drills[0]
        parameters = {
            "drill": drill.drill_class,
            "verdict": _in_words(drill.verdict),
            "assurance": word(drill.assurance),
            "at": show_moment(drill.ended_at),
        }
        message = N_("Last drill {drill}: {verdict} ({assurance}), {at}.")
        remedy = N_("Run: lachan-agent drill list")
        yield Item("drill", _of_drill(drill.verdict), message, parameters, remedy)


def _in_words(verdict: BackupVerdict | Separation | DrillVerdict) -> str:
    return f"{verdict.value}, {word(verdict)}"


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
