"""What came of a restore, on a screen and as JSON."""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from agent.backup.restore.differences import Kind
from agent.backup.restore.goal import Way
from agent.backup.restore.journal import Entry
from agent.backup.restore.placing import Ending
from agent.backup.restore.restoring import Restored
from agent.cli.documents import document
from agent.cli.options import Options
from agent.cli.restore.words import ENDINGS, KINDS
from agent.daemon.work.restore.restore_job import Outcome
from agent.daemon.work.restore.restore_plan import Plan
from agent.files.names import shown
from texts.catalogue import tr
from texts.moments import show_bytes, show_count, show_duration, show_moment
from texts.shell import emit_json, note, say, sentence_of
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_

_MOST_SHOWN = 20


def tell_ended(ended: Iterable[tuple[Entry, Ending]]) -> None:
    """Restores that were cut off earlier, and have been ended just now."""
    for entry, ending in ended:
        final = entry.final or entry.stage
        note(tr(ENDINGS[ending], final=final, stage=entry.stage))
        if ending is Ending.FINISHED and entry.kept:
            note(tr(N_("What was there before is {kept}."), kept=entry.kept))


def show(options: Options, plan: Plan, outcome: Outcome, at: datetime) -> int:
    """Print the outcome; 0 only when everything was compared and is as it was."""
    if options.json:
        emit_json(_document(plan, outcome, at))
    else:
        _print(plan, outcome)
    return _code(outcome.restored)


def _code(restored: Restored) -> int:
    if not restored.whole or restored.differences.total:
        return WRONG
    return UNDECIDED if restored.unlooked else GOOD


def _document(plan: Plan, outcome: Outcome, at: datetime) -> dict[str, Any]:
    restored, point = outcome.restored, outcome.candidate.point
    return document(
        "lachan.restore/1",
        at,
        site=outcome.candidate.site,
        dataset=plan.dataset.name,
        snapshot=point.id,
        snapshot_at=point.at,
        into=str(outcome.final) if outcome.final else None,
        way=outcome.way,
        kept=str(outcome.kept) if outcome.kept else None,
        whole=restored.whole,
        proved=restored.proved,
        files=restored.counted.files,
        bytes=restored.counted.bytes,
        entries=restored.entries,
        in_no_manifest=restored.by_repository,
        attributes_not_compared=restored.unlooked,
        differences={str(kind): count for kind, count in restored.differences.counts.items()},
        different=[
            {"path": shown(each.path), "kind": each.kind} for each in restored.differences.named
        ],
        troubles=[sentence_of(error) for error in outcome.troubles],
        seconds=round(outcome.seconds, 3),
    )


def _print(plan: Plan, outcome: Outcome) -> None:
    restored, point = outcome.restored, outcome.candidate.point
    for error in outcome.troubles:
        note(tr(N_("Trouble: {sentence}"), sentence=sentence_of(error)))
    if outcome.candidate is not plan.candidate:
        note(
            tr(
                N_("So it was taken from site {site}, the point of {moment}."),
                site=outcome.candidate.site,
                moment=show_moment(point.at),
            )
        )
    say(
        tr(
            N_("{files} files ({size}) as of {moment}, from site {site}, in {time}:"),
            files=show_count(restored.counted.files),
            size=show_bytes(restored.counted.bytes),
            moment=show_moment(point.at),
            site=outcome.candidate.site,
            time=show_duration(outcome.seconds),
        )
    )
    if outcome.final is not None:
        say(f"  {outcome.final}")
    if outcome.kept is not None:
        say(tr(N_("What was there before is {kept}."), kept=str(outcome.kept)))
    if outcome.way is not plan.goal.way and plan.goal.way is Way.REPLACE:
        say(tr(N_("It replaces nothing, because not everything is as it was.")))
    _print_comparison(restored)


def _print_comparison(restored: Restored) -> None:
    if not restored.whole:
        say(tr(N_("NOT COMPLETE. What is missing or differs:")))
    elif restored.proved:
        say(tr(N_("Content, owner, rights, access lists and times are as they were: compared.")))
    else:
        say(tr(N_("The content is as it was. What is not:")))
    for kind, count in sorted(restored.differences.counts.items(), key=lambda each: each[0].value):
        say(f"  {show_count(count)}  {tr(KINDS[kind])}")
    for each in restored.differences.named[:_MOST_SHOWN]:
        say(f"    {shown(each.path)}: {tr(KINDS[each.kind])}")
    more = restored.differences.total - _MOST_SHOWN
    if more > 0:
        say("    " + tr(N_("… and {count} more; --json lists them."), count=show_count(more)))
    if restored.differences.counts[Kind.OWNER] and os.geteuid():
        note(tr(N_("Only root can give files back to their owners: run it as root.")))
    if restored.unlooked:
        say(
            "  "
            + tr(
                N_("{count} entries: access lists and attributes were not compared."),
                count=show_count(restored.unlooked),
            )
        )
    if restored.by_repository:
        note(
            tr(
                N_("{count} files are in no manifest: restic compared them with the repository."),
                count=show_count(restored.by_repository),
            )
        )
