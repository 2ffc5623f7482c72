"""Why a hen lives here no more, and which hen she turned out to be."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    with op.batch_alter_table("hens") as batch:
        batch.add_column(sa.Column("retired_why", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("merged_into", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Go back to the schema before."""
    with op.batch_alter_table("hens") as batch:
        batch.drop_column("merged_into")
        batch.drop_column("retired_why")
