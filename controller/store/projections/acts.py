"""What follows from acts of people and of the controller."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, update

from controller.store.projections import decisions
from controller.store.projections.entry import Logged
from controller.store.tables import fleet
from wire import acts
from wire.acts import ActStatement
from wire.keys import PublicKey

Projection = Callable[[Connection, Logged, ActStatement, Any], None]


def _log_opened(c: Connection, _e: Logged, _s: ActStatement, act: acts.LogOpened) -> None:
    values = {"code": act.province, "name": act.name}
    keys = {"order_key": act.order_key, "log_key": act.log_key}
    c.execute(insert(fleet.PROVINCE).values(**values, **keys))


def _facility_added(c: Connection, e: Logged, _s: ActStatement, act: acts.FacilityAdded) -> None:
    c.execute(
        insert(fleet.FACILITY).values(code=act.facility, name=act.name, added_index=e.log_index)
    )


def _system_added(c: Connection, e: Logged, _s: ActStatement, act: acts.SystemAdded) -> None:
    c.execute(
        insert(fleet.SYSTEM).values(
            facility=act.facility,
            code=act.system,
            name=act.name,
            regime=act.regime.value,
            level=act.level,
            largest_rpo_s=act.largest_rpo_s,
            decision=act.decision,
            origin=act.origin,
            added_index=e.log_index,
        )
    )


def _token_created(c: Connection, e: Logged, _s: ActStatement, act: acts.TokenCreated) -> None:
    c.execute(
        insert(fleet.TOKEN).values(
            token_id=act.token_id,
            facility=act.facility,
            systems=list(act.systems),
            secret_hash=act.secret_hash,
            expires_at=act.expires_at,
            state="open",
            agent=None,
            created_index=e.log_index,
        )
    )


def _token_revoked(c: Connection, _e: Logged, _s: ActStatement, act: acts.TokenRevoked) -> None:
    token = fleet.TOKEN.c
    c.execute(
        update(fleet.TOKEN)
        .where(token.token_id == act.token_id, token.state == "open")
        .values(state="revoked")
    )


def _agent_enrolled(c: Connection, e: Logged, s: ActStatement, act: acts.AgentEnrolled) -> None:
    c.execute(
        insert(fleet.AGENT).values(
            code=act.agent,
            facility=act.facility,
            host=act.host,
            token_id=act.token_id,
            enrolled_at=s.at,
            enrolled_index=e.log_index,
            assigned_index=None,
            revoked_at=None,
            revoked_index=None,
        )
    )
    _add_key(c, e, act.agent, act.public_key)
    for system in act.systems:
        c.execute(
            insert(fleet.AGENT_SYSTEM).values(agent=act.agent, system=system, facility=act.facility)
        )
    c.execute(
        update(fleet.TOKEN)
        .where(fleet.TOKEN.c.token_id == act.token_id)
        .values(state="used", agent=act.agent)
    )


def _agent_revoked(c: Connection, e: Logged, s: ActStatement, act: acts.AgentRevoked) -> None:
    c.execute(
        update(fleet.AGENT)
        .where(fleet.AGENT.c.code == act.agent)
        .values(revoked_at=s.at, revoked_index=e.log_index)
    )


def _key_rotated(c: Connection, e: Logged, _s: ActStatement, act: acts.KeyRotated) -> None:
    key = fleet.AGENT_KEY.c
    c.execute(
        update(fleet.AGENT_KEY)
        .where(key.agent == act.agent, key.until_index.is_(None))
        .values(until_index=e.log_index)
    )
    _add_key(c, e, act.agent, act.new_public_key)


def _add_key(c: Connection, e: Logged, agent: str, public_key: str) -> None:
    c.execute(
        insert(fleet.AGENT_KEY).values(
            keyid=PublicKey.from_base64(public_key).keyid,
            agent=agent,
            facility=e.facility,
            public_key=public_key,
            from_index=e.log_index,
            until_index=None,
        )
    )


def _assigned(c: Connection, e: Logged, _s: ActStatement, act: acts.Assigned) -> None:
    c.execute(
        update(fleet.AGENT)
        .where(fleet.AGENT.c.code == act.agent)
        .values(assigned_index=e.log_index)
    )
    c.execute(delete(fleet.AGENT_SYSTEM).where(fleet.AGENT_SYSTEM.c.agent == act.agent))
    for system in act.systems:
        c.execute(
            insert(fleet.AGENT_SYSTEM).values(
                agent=act.agent, system=system.code, facility=e.facility
            )
        )


def _policy_adopted(c: Connection, e: Logged, _s: ActStatement, act: acts.PolicyAdopted) -> None:
    c.execute(delete(fleet.POLICY).where(fleet.POLICY.c.catalogue == act.catalogue))
    c.execute(
        insert(fleet.POLICY).values(
            catalogue=act.catalogue, digest=act.digest, adopted_index=e.log_index
        )
    )


def _user_added(c: Connection, _e: Logged, s: ActStatement, act: acts.UserAdded) -> None:
    c.execute(
        insert(fleet.USER).values(
            code=act.user, role=act.role, facility=act.facility, added_at=s.at
        )
    )


def _alert_raised(c: Connection, e: Logged, s: ActStatement, act: acts.AlertRaised) -> None:
    c.execute(
        insert(fleet.ALERT).values(
            alert_id=act.alert_id,
            kind=act.kind,
            severity=act.severity,
            facility=act.facility,
            agent=act.agent,
            subject=act.subject,
            raised_at=s.at,
            raised_index=e.log_index,
            open=True,
            detail=act.detail,
        )
    )


def _alert_cleared(c: Connection, _e: Logged, s: ActStatement, act: acts.AlertCleared) -> None:
    c.execute(
        update(fleet.ALERT)
        .where(fleet.ALERT.c.alert_id == act.alert_id)
        .values(cleared_at=s.at, open=False)
    )


def _alert_acknowledged(
    c: Connection, _e: Logged, s: ActStatement, act: acts.AlertAcknowledged
) -> None:
    c.execute(
        update(fleet.ALERT)
        .where(fleet.ALERT.c.alert_id == act.alert_id)
        .values(acknowledged_at=s.at, acknowledged_by=s.by)
    )


def _score_stored(c: Connection, e: Logged, _s: ActStatement, act: acts.ScoreStored) -> None:
    c.execute(
        insert(fleet.SCORE).values(
            log_index=e.log_index,
            facility=act.facility,
            system=act.system,
            catalogue=act.catalogue,
            catalogue_digest=act.catalogue_digest,
            log_size=act.log_size,
            judged_at=act.judged_at,
            score=act.score,
            coverage=act.coverage,
            raw=act.raw,
            not_applicable=act.not_applicable,
            declared=act.declared,
        )
    )


def _nothing(_c: Connection, _e: Logged, _s: ActStatement, _act: object) -> None:
    """Its entry in the log is all there is to know."""


PROJECTIONS: dict[type[Struct], Projection] = {
    acts.LogOpened: _log_opened,
    acts.FacilityAdded: _facility_added,
    acts.SystemAdded: _system_added,
    acts.SystemClassified: _nothing,
    acts.TokenCreated: _token_created,
    acts.TokenRevoked: _token_revoked,
    acts.AgentEnrolled: _agent_enrolled,
    acts.AgentRevoked: _agent_revoked,
    acts.KeyRotated: _key_rotated,
    acts.Assigned: _assigned,
    acts.PolicyAdopted: _policy_adopted,
    acts.PolicyPackPublished: _nothing,  # the pack itself stands in the log before it
    acts.UserAdded: _user_added,
    acts.OrderIssued: _nothing,  # the order itself stands in the log before it
    acts.AlertRaised: _alert_raised,
    acts.AlertCleared: _alert_cleared,
    acts.AlertAcknowledged: _alert_acknowledged,
    acts.ScoreStored: _score_stored,
    acts.PackExported: _nothing,
    acts.AttestationRecorded: decisions.attestation_recorded,
    acts.AttestationWithdrawn: decisions.attestation_withdrawn,
    acts.ExceptionRequested: decisions.exception_requested,
    acts.ExceptionDecided: decisions.exception_decided,
    acts.ExceptionEnded: decisions.exception_ended,
}


def project_act(connection: Connection, entry: Logged, statement: ActStatement) -> None:
    PROJECTIONS[type(statement.act)](connection, entry, statement, statement.act)
