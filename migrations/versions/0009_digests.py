"""What was missed while the bot was off, and the charts of digests."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "missed_bouts",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("bout_id", sa.String(length=64), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bout_id"], ["bouts.id"], name=op.f("fk_missed_bouts_bout_id_bouts")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_missed_bouts_post_id_posts")),
        sa.PrimaryKeyConstraint("chat_id", "bout_id", name=op.f("pk_missed_bouts")),
    )
    with op.batch_alter_table("missed_bouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_missed_bouts_post_id"), ["post_id"], unique=False)
    op.create_table(
        "digest_pictures",
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_digest_pictures_media_sha256_media")),
        sa.PrimaryKeyConstraint("subject", "subject_id", "language", name=op.f("pk_digest_pictures")),
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("digest_pictures")
    with op.batch_alter_table("missed_bouts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_missed_bouts_post_id"))
    op.drop_table("missed_bouts")
