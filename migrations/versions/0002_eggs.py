"""Eggs: what is remembered of their counts, and events that tell from which nest eggs were carried."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NO_VISIT = {"sqlite_where": sa.text("visit_id IS NULL"), "postgresql_where": sa.text("visit_id IS NULL")}


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "egg_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nest_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("eggs", sa.Integer(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_egg_counts_media_sha256_media")),
        sa.ForeignKeyConstraint(["nest_id"], ["nests.id"], name=op.f("fk_egg_counts_nest_id_nests")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_egg_counts")),
        sa.UniqueConstraint("nest_id", "at", name=op.f("uq_egg_counts_nest_id_at")),
    )
    with op.batch_alter_table("nests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("egg_state", sa.JSON(), nullable=True))
    with op.batch_alter_table("bouts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verdict_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("eggs_probabilities", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=64), server_default="", nullable=False))
        batch_op.drop_index("uq_events_nest_id_kind_at")
        batch_op.create_index(
            "uq_events_nest_id_kind_at_origin", ["nest_id", "kind", "at", "origin"], unique=True, **NO_VISIT
        )


def downgrade() -> None:
    """Go back to the schema before."""
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("uq_events_nest_id_kind_at_origin")
        batch_op.drop_column("origin")
        batch_op.create_index("uq_events_nest_id_kind_at", ["nest_id", "kind", "at"], unique=True, **NO_VISIT)
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.drop_column("eggs_probabilities")
    with op.batch_alter_table("bouts", schema=None) as batch_op:
        batch_op.drop_column("verdict_at")
    with op.batch_alter_table("nests", schema=None) as batch_op:
        batch_op.drop_column("egg_state")
    op.drop_table("egg_counts")
