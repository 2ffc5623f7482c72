"""Statistics: what people tell of eggs and treatments, and indexes for answers over long times."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_bouts_eggs": ("bouts", ["verdict", "gone", "arrived_at", "hen_id", "last_seen_at"]),
    "ix_bouts_eggs_of_hen": ("bouts", ["hen_id", "verdict", "gone", "arrived_at", "last_seen_at"]),
    "ix_bouts_sitting": ("bouts", ["hen_id", "gone", "arrived_at", "sat_s", "nest_id"]),
    "ix_visits_arrived_at": ("visits", ["arrived_at"]),
    "ix_events_kind_at": ("events", ["kind", "at"]),
}


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("eggs", sa.Integer(), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
    )
    op.create_index(op.f("ix_collections_at"), "collections", ["at"])
    op.create_table(
        "found_eggs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("hen_id", sa.String(length=64), nullable=True),
        sa.Column("place", sa.String(length=255), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_found_eggs")),
    )
    op.create_index(op.f("ix_found_eggs_at"), "found_eggs", ["at"])
    op.create_index(op.f("ix_found_eggs_hen_id_at"), "found_eggs", ["hen_id", "at"])
    op.create_table(
        "treatments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hen_id", sa.String(length=64), nullable=True),
        sa.Column("what", sa.String(length=255), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("free_from", sa.Date(), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatments")),
    )
    op.create_index(op.f("ix_treatments_free_from"), "treatments", ["free_from"])
    with op.batch_alter_table("hens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hatched_on", sa.Date(), nullable=True))
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def _said() -> tuple[sa.Column[int], sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("said_by", sa.Integer(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
    )


def downgrade() -> None:
    """Go back to the schema before."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
    with op.batch_alter_table("hens", schema=None) as batch_op:
        batch_op.drop_column("hatched_on")
    for table in ("treatments", "found_eggs", "collections"):
        op.drop_table(table)
