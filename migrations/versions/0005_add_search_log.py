"""Add search log: what is searched for, by day, and whether it is found."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("searches", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("without_hits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("clicks", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 100", name=op.f("ck_search_day_words")),
        sa.PrimaryKeyConstraint("day", "words", name=op.f("pk_search_day")),
    )


def downgrade() -> None:
    op.drop_table("search_day")
