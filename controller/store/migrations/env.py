"""Alembic's environment: it works on the connection that the program hands it."""

from alembic import context

from controller.store.tables.groups import LOG, PRIVATE, PROJECTIONS
from controller.store.tables.schema import METADATA

assert LOG + PROJECTIONS + PRIVATE  # noqa: S101 - importing them fills METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
