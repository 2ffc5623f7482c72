"""Model versions: where one comes from, how it compared, and what the admin has decided about it."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    with op.batch_alter_table("model_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=255), server_default="trained", nullable=False))
        batch_op.add_column(sa.Column("report", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("pinned", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("served_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("removed_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Go back to the schema before."""
    with op.batch_alter_table("model_versions", schema=None) as batch_op:
        for name in ("removed_at", "served_at", "pinned", "report", "origin"):
            batch_op.drop_column(name)
