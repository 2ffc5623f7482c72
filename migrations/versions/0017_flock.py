"""New hens and their pictures, and what rows said before two hens turned out to be one."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "merged_rows",
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("original", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("place", "key", name=op.f("pk_merged_rows")),
    )
    op.create_table(
        "hen_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hen_drafts")),
    )
    op.create_index(op.f("ix_hen_drafts_by_state"), "hen_drafts", ["by", "state"])
    op.create_index(op.f("ix_hen_drafts_state"), "hen_drafts", ["state"])
    op.create_table(
        "hen_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("hen_id", sa.String(length=64), nullable=True),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("media_sha256", sa.String(length=64), nullable=False),
        sa.Column("own", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("nest_id", sa.String(length=64), nullable=True),
        sa.Column("visit_id", sa.String(length=64), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("box", sa.JSON(), nullable=True),
        sa.Column("likeness", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_hen_photos_act_id_acts")),
        sa.ForeignKeyConstraint(["draft_id"], ["hen_drafts.id"], name=op.f("fk_hen_photos_draft_id_hen_drafts")),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_hen_photos_media_sha256_media")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hen_photos")),
        sa.UniqueConstraint("draft_id", "media_sha256", name=op.f("uq_hen_photos_draft_id_media_sha256")),
    )
    op.create_index(op.f("ix_hen_photos_hen_id"), "hen_photos", ["hen_id"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("hen_photos")
    op.drop_table("hen_drafts")
    op.drop_table("merged_rows")
