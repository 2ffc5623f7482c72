"""An index of the posts that want to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    due = sa.text("wanted_revision > sent_revision")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index("ix_posts_due", ["chat_id", "id"], unique=False, sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    """Go back to the schema before."""
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_index("ix_posts_due")
