"""Pictures that people are asked about, and whom was asked."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "label_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nest_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=True),
        sa.Column("model_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("guess", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["nest_id"], ["nests.id"], name=op.f("fk_label_questions_nest_id_nests")),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_label_questions_media_sha256_media")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_label_questions_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_questions")),
        sa.UniqueConstraint("nest_id", "media_sha256", name=op.f("uq_label_questions_nest_id_media_sha256")),
    )
    op.create_index(op.f("ix_label_questions_media_sha256"), "label_questions", ["media_sha256"])
    op.create_index(op.f("ix_label_questions_state_score"), "label_questions", ["state", "score"])
    op.create_table(
        "label_askings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("slot_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["label_questions.id"], name=op.f("fk_label_askings_question_id_label_questions")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_label_askings_act_id_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_askings")),
    )
    for columns in (["question_id"], ["user_id", "state"], ["slot_at"], ["act_id"]):
        op.create_index(op.f(f"ix_label_askings_{'_'.join(columns)}"), "label_askings", columns)


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("label_askings")
    op.drop_table("label_questions")
