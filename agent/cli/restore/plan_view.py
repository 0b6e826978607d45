"""What a restore is about to do: told before it begins, listed by a dry run."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent.cli.documents import document
from agent.cli.options import Options
from agent.cli.restore.words import WAYS
from agent.daemon.work.restore.restore_plan import Plan
from agent.restic.output import Node
from texts.catalogue import tr
from texts.moments import show_bytes, show_count, show_moment
from texts.shell import emit_json, note, say, sentence_of, table
from wire.errors import GOOD
from wire.text import N_

_MOST_LINES = 40  # on a terminal; then folders are summed up


def tell(plan: Plan) -> None:
    """For a person, before anything is written."""
    for line in _lines(plan):
        note(line)


def show(options: Options, plan: Plan, at: datetime) -> int:
    """The dry run: what would come back, with sizes, and where to."""
    if options.json:
        emit_json(_document(plan, at))
        return GOOD
    _list(plan)
    for line in _lines(plan):
        say(line)
    note(tr(N_("Nothing was written: without --dry-run it is done.")))
    return GOOD


def _lines(plan: Plan) -> list[str]:
    point, counted = plan.candidate.point, plan.listing.counted
    for_whom = plan.goal.live or plan.dataset.name
    lines = [
        tr(
            N_("{what}: {files} files, {size}, as of {moment}, from site {site}"),
            what=str(for_whom),
            files=show_count(counted.files),
            size=show_bytes(counted.bytes),
            moment=show_moment(point.at),
            site=plan.candidate.site,
        ),
        tr(N_("Goes to {final}"), final=str(plan.goal.final)),
        "  " + tr(WAYS[plan.goal.way], kept=str(plan.goal.kept.name if plan.goal.kept else "")),
    ]
    if plan.newest_lacks_it:
        lines.append(tr(N_("Newer points do not hold it any more: this is the newest that does.")))
    if plan.live is not None and (plan.live.newer or plan.live.only_here):
        lines.append(
            tr(
                N_(
                    "There now: {files} files, {newer} of them changed after the point (the last "
                    "at {moment}), {only} that the point does not hold"
                ),
                files=show_count(plan.live.files),
                newer=show_count(plan.live.newer),
                only=show_count(plan.live.only_here),
                moment=show_moment(plan.live.newest_at),
            )
        )
    return lines + [
        tr(N_("Trouble: {sentence}"), sentence=sentence_of(error)) for error in plan.troubles
    ]


def _list(plan: Plan) -> None:
    files = [node for node in plan.listing.nodes if node.type == "file"]
    if sys.stdout.isatty() and len(files) > _MOST_LINES:
        rows = _by_folder(files, plan.listing.inner.decode("utf-8", "replace"))
    else:
        rows = [[show_bytes(node.size), _changed(node), node.path] for node in files]
        table([tr(N_("Size")), tr(N_("Changed")), tr(N_("File"))], rows)
        return
    table([tr(N_("Size")), tr(N_("Files")), tr(N_("Folder"))], rows)
    note(tr(N_("Folders are summed up; --dry-run --json lists every file.")))


def _by_folder(files: Sequence[Node], inner: str) -> list[list[str]]:
    """One line for each folder (or file) directly in what is restored."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    top = inner.rstrip("/") + "/"
    for node in files:
        first, slash, _ = node.path.removeprefix(top).partition("/")
        counts[first + slash] += 1
        sizes[first + slash] += node.size
    largest = [name for name, _ in sizes.most_common(_MOST_LINES)]
    rows = [[show_bytes(sizes[each]), show_count(counts[each]), each] for each in largest]
    if len(sizes) > _MOST_LINES:
        rest = set(sizes) - set(largest)
        size, count = sum(sizes[one] for one in rest), sum(counts[one] for one in rest)
        rows.append([show_bytes(size), show_count(count), "…"])
    return rows


def _changed(node: Node) -> str:
    try:
        return show_moment(datetime.fromisoformat(node.mtime[:19] + "+00:00"))
    except ValueError:
        return node.mtime


def _document(plan: Plan, at: datetime) -> dict[str, Any]:
    point, live = plan.candidate.point, plan.live
    return document(
        "lachan.restore_plan/1",
        at,
        site=plan.candidate.site,
        dataset=plan.dataset.name,
        snapshot=point.id,
        snapshot_at=point.at,
        into=str(plan.goal.final),
        way=plan.goal.way,
        kept=str(plan.goal.kept) if plan.goal.kept else None,
        files=plan.listing.counted.files,
        bytes=plan.listing.counted.bytes,
        live=None
        if live is None
        else {
            "files": live.files,
            "newer": live.newer,
            "only_here": live.only_here,
            "newest_at": live.newest_at,
        },
        troubles=[sentence_of(error) for error in plan.troubles],
        list=[
            {"path": node.path, "type": node.type, "size": node.size, "changed": node.mtime}
            for node in plan.listing.nodes
        ],
    )
