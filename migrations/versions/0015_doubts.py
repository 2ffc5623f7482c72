"""Pictures in doubt, versions in shadow, switches that are waited for, and what befell versions by themselves."""

import sqlalchemy as sa
from alembic import op

from henbot.storage.columns import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "shadows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("against", sa.String(length=64), nullable=True),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("hens", sa.Integer(), nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.Column("eggs", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_versions.id"], name=op.f("fk_shadows_version_id_model_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadows")),
    )
    op.create_index(op.f("ix_shadows_ended_at"), "shadows", ["ended_at"])
    op.create_index(op.f("ix_shadows_version_id_id"), "shadows", ["version_id", "id"])
    op.create_table(
        "switches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_versions.id"], name=op.f("fk_switches_version_id_model_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switches")),
    )
    op.create_index(op.f("ix_switches_told_at"), "switches", ["told_at"])
    op.create_table(
        "version_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("back_to", sa.String(length=64), nullable=True),
        sa.Column("told_to", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_versions.id"], name=op.f("fk_version_notices_version_id_model_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_notices")),
    )
    op.create_index(op.f("ix_version_notices_told_at"), "version_notices", ["told_at"])
    op.create_table(
        "doubts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nest_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_doubts_media_sha256_media")),
        sa.ForeignKeyConstraint(["nest_id"], ["nests.id"], name=op.f("fk_doubts_nest_id_nests")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_doubts_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubts")),
    )
    op.create_index(op.f("ix_doubts_at"), "doubts", ["at"])
    op.create_index(op.f("ix_doubts_media_sha256"), "doubts", ["media_sha256"])
    op.create_index(op.f("ix_doubts_nest_id_at"), "doubts", ["nest_id", "at"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("doubts")
    op.drop_table("version_notices")
    op.drop_table("switches")
    op.drop_table("shadows")
