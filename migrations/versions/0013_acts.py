"""Acts of people that can be taken back, and which of them told a label."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    op.create_index(op.f("ix_acts_by_undone_at_id"), "acts", ["by", "undone_at", "id"])
    with op.batch_alter_table("labels") as batch:
        batch.add_column(sa.Column("act_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_labels_act_id_acts"), "acts", ["act_id"], ["id"])
        batch.create_index(op.f("ix_labels_act_id"), ["act_id"])
        batch.create_index(op.f("ix_labels_media_sha256"), ["media_sha256"])


def downgrade() -> None:
    """Go back to the schema before."""
    with op.batch_alter_table("labels") as batch:
        batch.drop_index(op.f("ix_labels_media_sha256"))
        batch.drop_index(op.f("ix_labels_act_id"))
        batch.drop_constraint(op.f("fk_labels_act_id_acts"), type_="foreignkey")
        batch.drop_column("act_id")
    op.drop_index(op.f("ix_acts_by_undone_at_id"), table_name="acts")
    op.drop_table("acts")
