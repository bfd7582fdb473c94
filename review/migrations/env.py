"""Brings a vault's tables to this release, on the connection that is already open and inside its transaction."""

from alembic import context

from review.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
