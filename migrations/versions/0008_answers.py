"""Indexes from which answers over a year are read alone."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EGGS = ["verdict", "gone", "arrived_at", "hen_id", "last_seen_at"]


def upgrade() -> None:
    """Go to this schema."""
    op.drop_index("ix_bouts_eggs", table_name="bouts")
    op.create_index("ix_bouts_eggs", "bouts", [*EGGS, "revision"])
    op.create_index("ix_bouts_came", "bouts", ["gone", "arrived_at", "hen_id"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_index("ix_bouts_came", table_name="bouts")
    op.drop_index("ix_bouts_eggs", table_name="bouts")
    op.create_index("ix_bouts_eggs", "bouts", EGGS)
