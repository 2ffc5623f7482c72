"""Who is told what: chats' policies, the eggs that a message tells, and requests on their way."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "chat_policies",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("least_confidence", sa.Double(), nullable=False),
        sa.Column("unknown_only", sa.Boolean(), nullable=False),
        sa.Column("rings", sa.Boolean(), nullable=False),
        sa.Column("cooldown_s", sa.Double(), nullable=False),
        sa.Column("quiet", sa.String(length=255), nullable=True),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("digest_at", sa.String(length=255), nullable=True),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("subscribed_at", UtcDateTime(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_chat_policies")),
    )
    op.create_table(
        "egg_posts",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_egg_posts_event_id_events")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_egg_posts_post_id_posts")),
        sa.PrimaryKeyConstraint("chat_id", "event_id", name=op.f("pk_egg_posts")),
    )
    with op.batch_alter_table("egg_posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_egg_posts_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_egg_posts_event_id"), ["event_id"], unique=False)
    op.create_table(
        "sendings",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_sendings_post_id_posts")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_sendings")),
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("sendings")
    with op.batch_alter_table("egg_posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_egg_posts_event_id"))
        batch_op.drop_index(batch_op.f("ix_egg_posts_post_id"))
    op.drop_table("egg_posts")
    op.drop_table("chat_policies")
