"""What people say of visits against the model's word, and which chats are told each bout to correct it."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("nest_id", sa.String(length=64), nullable=False),
        sa.Column("visit_at", UtcDateTime(), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_corrections_act_id_acts")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_corrections_event_id_events")),
        sa.ForeignKeyConstraint(["nest_id"], ["nests.id"], name=op.f("fk_corrections_nest_id_nests")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_corrections_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_act_id"), "corrections", ["act_id"])
    op.create_index(op.f("ix_corrections_nest_id_visit_at"), "corrections", ["nest_id", "visit_at"])
    op.create_index(op.f("ix_corrections_visit_id"), "corrections", ["visit_id"])
    # Nullable and without a constraint, so that a table of years is not copied for it.
    op.add_column("visits", sa.Column("model_hen_id", sa.String(length=64), nullable=True))
    with op.batch_alter_table("chat_policies") as batch:
        batch.add_column(sa.Column("corrects", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Go back to the schema before."""
    with op.batch_alter_table("chat_policies") as batch:
        batch.drop_column("corrects")
    op.drop_column("visits", "model_hen_id")
    op.drop_index(op.f("ix_corrections_visit_id"), table_name="corrections")
    op.drop_index(op.f("ix_corrections_nest_id_visit_at"), table_name="corrections")
    op.drop_index(op.f("ix_corrections_act_id"), table_name="corrections")
    op.drop_table("corrections")
