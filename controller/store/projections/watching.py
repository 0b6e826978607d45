"""What follows from statements for the watch: kept so that it need not read them all again."""

import msgspec
from msgspec import structs
from sqlalchemy import Connection, delete, select

from controller.store.projections.entry import Logged
from controller.store.tables.watching import PLANNED, SITE, UNPROTECTED
from controller.store.upsert import upsert
from wire.header import Header
from wire.messages import Body, Configuration, Findings, SiteState
from wire.verdicts import CheckVerdict, Protection

COVERED = "data.everything_covered"  # the check behind UNPROTECTED_DATA
_DECISIVE = (CheckVerdict.PASS, CheckVerdict.FAIL)
_OF_A_COPY = ("copied_at", "copy_due_s")


def project_watched(connection: Connection, entry: Logged, header: Header, body: Body) -> None:
    if isinstance(body, Configuration):
        _planned(connection, entry, header, body)
        _sites_left(connection, header, body)
    elif isinstance(body, SiteState):
        _site(connection, entry, header, body)
    elif isinstance(body, Findings):
        _covered(connection, entry, header, body)


def _planned(connection: Connection, entry: Logged, header: Header, body: Configuration) -> None:
    """Older agents say only how many datasets they have."""
    if body.datasets and not body.planned:
        return
    names = [each.dataset for each in body.planned]
    own = PLANNED.c.agent == header.agent
    connection.execute(delete(PLANNED).where(own, PLANNED.c.dataset.not_in(names)))
    known = {row.dataset: row.planned_at for row in connection.execute(select(PLANNED).where(own))}
    rows = [
        {
            "agent": header.agent,
            "dataset": each.dataset,
            "facility": entry.facility,
            "rpo_s": each.rpo_s,
            "planned_at": known.get(each.dataset, entry.received_at),
        }
        for each in body.planned
    ]
    upsert(connection, PLANNED, rows)


def _sites_left(connection: Connection, header: Header, body: Configuration) -> None:
    """What is known of a site that the configuration does not name any more is over.

    An unplugged copy is no site of the configuration.
    """
    own = select(SITE).where(SITE.c.agent == header.agent, SITE.c.site.not_in(body.sites))
    for row in connection.execute(own).all():
        known = _known(row.known)
        if known.copied_at is None and known.copy_due_s is None:
            gone = (SITE.c.agent == header.agent, SITE.c.site == row.site)
            connection.execute(delete(SITE).where(*gone))


def _site(connection: Connection, entry: Logged, header: Header, body: SiteState) -> None:
    own = (SITE.c.agent == header.agent, SITE.c.site == body.site, SITE.c.kind == body.kind)
    before = connection.execute(select(SITE).where(*own)).one_or_none()
    known = body if before is None else _together(_known(before.known), body)
    protects = body.protection is not Protection.NONE
    row = {
        "agent": header.agent,
        "site": body.site,
        "facility": entry.facility,
        "kind": body.kind,
        "known": msgspec.json.encode(known).decode(),
        "protected": protects or (before is not None and before.protected),
        "clock_offset_s": header.clock_offset_s,
        "log_index": entry.log_index,
    }
    upsert(connection, SITE, [row])


def _together(before: SiteState, body: SiteState) -> SiteState:
    """What was not looked at now is as it was: bad news does not fade.

    Of an unplugged copy the newest statement alone counts: nobody must look at it to know.
    """
    unknown = {
        name: getattr(before, name)
        for name in body.__struct_fields__
        if getattr(body, name) is None and name not in _OF_A_COPY
    }
    if body.janitor_at is None:
        unknown["janitor_signs"] = before.janitor_signs
    return structs.replace(body, **unknown)


def _known(text: str) -> SiteState:
    return msgspec.json.decode(text, type=SiteState)


def _covered(connection: Connection, entry: Logged, header: Header, body: Findings) -> None:
    """An answer that could not look takes nothing back."""
    for result in body.results:
        if result.check == COVERED and result.verdict in _DECISIVE:
            row = {
                "agent": header.agent,
                "facility": entry.facility,
                "verdict": result.verdict.value,
                "places": result.observed_count,
                "log_index": entry.log_index,
            }
            upsert(connection, UNPROTECTED, [row])
