"""The one way from an entry to its rows: used when storing and when rebuilding."""

from sqlalchemy import Connection

from controller.store.projections.acts import project_act
from controller.store.projections.entry import Logged
from controller.store.projections.orders import (
    project_assignment,
    project_order,
    project_policy_pack,
)
from controller.store.projections.statements import extend_chain, project_statement
from wire.acts import ActStatement
from wire.codec import Decoded
from wire.header import Header
from wire.orders import Assignment, Order, PolicyPack


def project(connection: Connection, entry: Logged) -> None:
    """Bring all projections up to this entry."""
    content = entry.content
    if isinstance(content, ActStatement):
        project_act(connection, entry, content)
    elif isinstance(content, Order):
        project_order(connection, entry, content)
    elif isinstance(content, Assignment):
        project_assignment(connection, entry, content)
    elif isinstance(content, PolicyPack):
        project_policy_pack(connection, entry, content)
    elif isinstance(content, Decoded):
        project_statement(connection, entry, content)
    elif isinstance(content, Header):
        extend_chain(connection, entry, content)
