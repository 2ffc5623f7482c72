"""Pictures of visits that are kept to learn from."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "glimpses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_glimpses_visit_id_visits")),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_glimpses_media_sha256_media")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glimpses")),
        sa.UniqueConstraint("visit_id", "at", name=op.f("uq_glimpses_visit_id_at")),
    )
    op.create_index(op.f("ix_glimpses_at"), "glimpses", ["at"])
    op.create_index(op.f("ix_glimpses_media_sha256"), "glimpses", ["media_sha256"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_index(op.f("ix_glimpses_media_sha256"), table_name="glimpses")
    op.drop_index(op.f("ix_glimpses_at"), table_name="glimpses")
    op.drop_table("glimpses")
