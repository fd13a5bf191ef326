"""Add table profile: what the columns of a table hold, and the copy that is searched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column(
        "table_build",
        sa.Column("profile", _JSON, server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("table_build", sa.Column("folded_digest", sa.Text(), nullable=True))
    op.create_index(op.f("ix_table_build_folded_digest"), "table_build", ["folded_digest"])


def downgrade() -> None:
    op.drop_index(op.f("ix_table_build_folded_digest"), table_name="table_build")
    op.drop_column("table_build", "folded_digest")
    op.drop_column("table_build", "profile")
