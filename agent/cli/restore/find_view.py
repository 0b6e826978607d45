"""What was found, on a screen and as JSON: paths, their versions, and how to bring one back."""

import os
import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent.backup.restore.finding import Match, PointAt, Version
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.work.restore.find_job import Found
from texts.catalogue import tr
from texts.moments import show_bytes, show_count, show_moment
from texts.shell import emit_json, note, say, sentence_of
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_

_MOST_MATCHES, _MOST_VERSIONS = 20, 5
_ONE_LINE = 72  # characters that fit behind the indent on a terminal of 80


def show(options: Options, found: Found, at: datetime, *, everything: bool) -> int:
    """Print it; 1 when nothing was found, 2 when not everywhere could be looked."""
    if options.json:
        emit_json(_document(found, at))
    else:
        _print(found, everything=everything)
    if found.unsearched or (found.troubles and not found.points):
        return UNDECIDED
    return GOOD if found.matches else WRONG


def _document(found: Found, at: datetime) -> dict[str, Any]:
    return document(
        "lachan.found/1",
        at,
        wanted=found.asked.wanted,
        points=found.points,
        points_not_searched=found.unsearched,
        sites_as_remembered=found.remembered,
        troubles=[sentence_of(error) for error in found.troubles],
        matches=[_match(found, each) for each in found.matches],
    )


def _match(found: Found, match: Match) -> dict[str, Any]:
    return {
        "dataset": match.dataset,
        "path": live_path(found, match),
        "here_now": os.path.lexists(live_path(found, match)),
        "versions": [
            {
                "type": version.type,
                "bytes": version.size,
                "files": version.files,
                "changed": version.mtime,
                "points": [{"at": point.at, "sites": point.sites} for point in points],
            }
            for version, points in match.ordered
        ],
    }


def live_path(found: Found, match: Match) -> str:
    """The path that it had on this server."""
    return found.starts[match.dataset] + match.path


def _print(found: Found, *, everything: bool) -> None:
    for error in found.troubles:
        note(tr(N_("Trouble: {sentence}"), sentence=sentence_of(error)))
    for site in found.remembered:
        note(tr(N_("Site {site} is told as it was when it was last read back."), site=site))
    shown = found.matches if everything else found.matches[:_MOST_MATCHES]
    for match in shown:
        _print_match(found, match, everything=everything)
    if found.unsearched:
        note(
            tr(
                N_("{count} points could not be looked into: no site that answers holds them."),
                count=show_count(found.unsearched),
            )
        )
    if not found.matches:
        say(
            tr(
                N_("Nothing is called so in {count} points. Try a shorter part, or no accents."),
                count=show_count(found.points),
            )
        )
        return
    more = len(found.matches) - len(shown)
    if more:
        say(
            tr(
                N_("… and {count} more: type more of the name, or add --all."),
                count=show_count(more),
            )
        )
    _print_next(found, shown)


def _print_match(found: Found, match: Match, *, everything: bool) -> None:
    path = live_path(found, match)
    gone = "" if os.path.lexists(path) else "  " + tr(N_("(not here now)"))
    versions = match.ordered
    slash = "/" if versions[0][0].type == "dir" else ""
    say(f"{path}{slash}{gone}")
    for version, points in versions if everything else versions[:_MOST_VERSIONS]:
        what, where = _version(version), _points(points)
        if len(what) + len(where) < _ONE_LINE:
            say(f"    {what} · {where}")
        else:
            say(f"    {what}")
            say(f"      {where}")
    more = 0 if everything else len(versions) - _MOST_VERSIONS
    if more > 0:
        say("    " + tr(N_("… and {count} older versions: add --all."), count=show_count(more)))


def _version(version: Version) -> str:
    changed = show_moment(_moment(version.mtime))
    if version.type == "dir" and version.files is None:
        return tr(N_("folder, changed {moment}"), moment=changed)
    size = show_bytes(version.size or 0)
    if version.type == "dir":
        return tr(N_("{files} files, {size}"), files=show_count(version.files or 0), size=size)
    return tr(N_("{size}, changed {moment}"), size=size, moment=changed)


def _points(points: Sequence[PointAt]) -> str:
    sites = ", ".join(dict.fromkeys(site for point in points for site in point.sites))
    newest, oldest = show_moment(points[0].at), show_moment(points[-1].at)
    if len(points) == 1:
        return tr(N_("in the point of {moment} (sites {sites})"), moment=newest, sites=sites)
    return tr(
        N_("in {count} points, {newest} back to {oldest} (sites {sites})"),
        count=show_count(len(points)),
        newest=newest,
        oldest=oldest,
        sites=sites,
    )


def _moment(mtime: str) -> datetime | None:
    try:
        return datetime.fromisoformat(mtime[:19] + "+00:00")
    except ValueError:
        return None


def _print_next(found: Found, shown: Sequence[Match]) -> None:
    """The words to type next, for the first that was found."""
    match = shown[0]
    newest = match.ordered[0][1][0]
    moment = show_moment(newest.at)
    words = ["lachan-agent", "restore", "run", live_path(found, match), "--at", moment]
    say()
    say(tr(N_("To bring back the first (add --dry-run to look before):")))
    say("  " + shlex.join(words))
