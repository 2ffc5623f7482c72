"""The picture that proves an egg."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "egg_proofs",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_egg_proofs_event_id_events")),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_egg_proofs_media_sha256_media")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_egg_proofs")),
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("egg_proofs")
