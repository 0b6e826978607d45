"""How a verification of the sites looks on a screen and as JSON."""

from collections.abc import Sequence
from typing import Any

from agent.backup.remedies import OTHER_HINTS
from agent.backup.result import DatasetResult
from agent.backup.verification.verifying import Verified
from agent.cli.backup import view as backup_view
from agent.cli.documents import document
from agent.cli.options import Options
from texts.catalogue import tr
from texts.codes import cause_sentence
from texts.moments import show_count, show_moment, show_share
from texts.shell import emit_json, note, table, worst_code
from wire.causes import COULD_NOT_LOOK
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import Cause


def show(options: Options, found: Sequence[Verified], results: Sequence[DatasetResult]) -> int:
    """Print what was read; the exit code is about what was read now, not about the datasets."""
    if options.json:
        at = max(one.at for one in found)
        emit_json(
            document(
                "lachan.backup-verify/1",
                at,
                sites=[_site(one) for one in found],
                datasets=[backup_view.dataset_document(one) for one in results],
            )
        )
    else:
        _print(found)
    return worst_code([_code(one) for one in found])


def _code(verified: Verified) -> int:
    if verified.lost:
        return WRONG
    if verified.cause is None:
        return GOOD
    return UNDECIDED if verified.cause in COULD_NOT_LOOK else WRONG


def _site(verified: Verified) -> dict[str, Any]:
    return {
        "name": verified.site,
        "cause": verified.cause,
        "packs": len(verified.packs),
        "packs_lost": verified.lost,
        "packs_read_now": verified.read_now,
        "packs_read_within_30_days": len(verified.read_within_30_days),
        "bytes": verified.bytes,
        "bytes_read_within_30_days": verified.bytes_read_within_30_days,
        "oldest_read_at": verified.oldest_read_at,
        "next_due_at": verified.next_due_at,
    }


def _print(found: Sequence[Verified]) -> None:
    headings = (
        N_("Site"),
        N_("Packs"),
        N_("Read now"),
        N_("Read within 30 days"),
        N_("Oldest read"),
        N_("Next due"),
        N_("Fault"),
    )
    table([tr(heading) for heading in headings], [_row(one) for one in found])
    for one in found:
        if one.lost:
            note(_loss(one))
        if one.says:
            note(tr(N_("Site {site}: {says}"), site=one.site, says=one.says))


def _loss(verified: Verified) -> str:
    return tr(
        N_(
            "Site {site}: {lost} packs that were there are gone, "
            "and this agent deletes none. {hint}"
        ),
        site=verified.site,
        lost=show_count(verified.lost),
        hint=tr(OTHER_HINTS[Cause.SNAPSHOTS_VANISHED]),
    )


def _row(verified: Verified) -> list[str]:
    total = verified.bytes
    return [
        verified.site,
        show_count(len(verified.packs)),
        show_count(verified.read_now),
        show_share(verified.bytes_read_within_30_days / total if total else None),
        show_moment(verified.oldest_read_at),
        show_moment(verified.next_due_at),
        f"{verified.cause.value}: {cause_sentence(verified.cause)}" if verified.cause else "",
    ]
