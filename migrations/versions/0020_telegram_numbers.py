"""What Telegram calls people and in which language, how a chat's charts look, and room for Telegram's numbers.

They have up to 52 bits. PostgreSQL's INTEGER has 32, SQLite's 64: there nothing changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBERS = (
    ("care_hints", "decided_by"),
    ("care_posts", "chat_id"),
    ("chat_policies", "chat_id"),
    ("collections", "said_by"),
    ("egg_posts", "chat_id"),
    ("found_eggs", "said_by"),
    ("jobs", "asked_by"),
    ("labels", "said_by"),
    ("missed_bouts", "chat_id"),
    ("owner_links", "used_by"),
    ("pauses", "chat_id"),
    ("posts", "chat_id"),
    ("roles", "given_by"),
    ("roles", "user_id"),
    ("subscribers", "user_id"),
    ("treatments", "said_by"),
)


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("subscribers", sa.Column("username", sa.String(length=64), nullable=True))
    op.add_column("subscribers", sa.Column("telegram_language", sa.String(length=16), nullable=True))
    op.create_index(op.f("ix_subscribers_username"), "subscribers", ["username"])
    op.add_column("chat_policies", sa.Column("theme", sa.String(length=8), server_default="auto", nullable=False))
    _give_room(sa.BigInteger())


def downgrade() -> None:
    """Go back to the schema before."""
    _give_room(sa.Integer())
    op.drop_column("chat_policies", "theme")
    op.drop_index(op.f("ix_subscribers_username"), table_name="subscribers")
    op.drop_column("subscribers", "telegram_language")
    op.drop_column("subscribers", "username")


def _give_room(to: sa.Integer) -> None:
    if op.get_bind().dialect.name != "sqlite":
        for table, column in NUMBERS:
            op.alter_column(table, column, type_=to)
