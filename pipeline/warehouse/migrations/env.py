"""Runs the migrations on the connection that the warehouse hands over."""

from alembic import context

from pipeline.warehouse.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
