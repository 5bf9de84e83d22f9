"""The first tables: follow-ups, board days, saved views, digests sent."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_log()
    op.create_table(
        "board_day",
        sa.Column("data_as_of", sa.Date(), nullable=False),
        sa.Column("pair_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("risk_band", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("data_as_of", "pair_id", name="pk_board_day"),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_view_owner_name"),
    )
    op.create_table(
        "digest_sent",
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", "channel", "week", name="pk_digest_sent"),
    )


def downgrade() -> None:
    """Drop the tables and what they hold."""
    for name in ("digest_sent", "saved_view", "board_day", "follow_up"):
        op.drop_table(name)


def _create_log() -> None:
    op.create_table(
        "follow_up",
        sa.Column("pair_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("until_on", sa.Date()),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("data_as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("risk_band", sa.String(), nullable=False),
        sa.Column("undoes", sa.String()),
        sa.Column("act_version", sa.Integer()),
        sa.PrimaryKeyConstraint("pair_id", "version", name="pk_follow_up"),
        sa.ForeignKeyConstraint(
            ["pair_id", "act_version"],
            ["follow_up.pair_id", "follow_up.version"],
            name="fk_follow_up_pair_id_act_version",
        ),
    )
    op.create_index("ix_follow_up_batch_id", "follow_up", ["batch_id"])
    op.create_index("ix_follow_up_data_as_of", "follow_up", ["data_as_of"])
    op.create_index("ix_follow_up_at", "follow_up", ["at"])
