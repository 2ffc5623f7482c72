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
    op.drop_index("ix_bouts_arrived_at", table_name="bouts")
    op.create_index("ix_bouts_came", "bouts", ["arrived_at", "gone", "hen_id"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_index("ix_bouts_came", table_name="bouts")
    op.create_index("ix_bouts_arrived_at", "bouts", ["arrived_at"])
    op.drop_index("ix_bouts_eggs", table_name="bouts")
    op.create_index("ix_bouts_eggs", "bouts", EGGS)
