"""The history of henbot's schema, for Alembic."""
