"""What Alembic runs; the connection and its transaction are the caller's."""

from alembic import context

from intake import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema.metadata)
context.run_migrations()
