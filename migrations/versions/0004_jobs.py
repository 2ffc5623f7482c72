"""Jobs: what phase one is in, how often it was begun, and who does it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phase", sa.String(length=255), server_default="", nullable=False))
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("lease", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Go back to the schema before."""
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("lease")
        batch_op.drop_column("attempts")
        batch_op.drop_column("phase")
