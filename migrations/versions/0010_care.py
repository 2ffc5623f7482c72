"""Care hints, and which admins were told of them."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "care_hints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("hen_id", sa.String(length=64), nullable=False),
        sa.Column("episode", sa.String(length=128), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("bout_id", sa.String(length=64), nullable=True),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("told_from", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_hints")),
        sa.UniqueConstraint("kind", "hen_id", "episode", name=op.f("uq_care_hints_kind_hen_id_episode")),
    )
    op.create_index(op.f("ix_care_hints_found_at"), "care_hints", ["found_at"])
    op.create_index(op.f("ix_care_hints_kind_hen_id_until"), "care_hints", ["kind", "hen_id", "until"])
    op.create_table(
        "care_posts",
        sa.Column("hint_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("has_picture", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["hint_id"], ["care_hints.id"], name=op.f("fk_care_posts_hint_id_care_hints")),
        sa.PrimaryKeyConstraint("hint_id", "chat_id", name=op.f("pk_care_posts")),
    )
    op.create_index(op.f("ix_care_posts_chat_id_sent_at"), "care_posts", ["chat_id", "sent_at"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("care_posts")
    op.drop_table("care_hints")
