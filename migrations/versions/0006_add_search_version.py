"""Add search version: a number that grows whenever what search shows of a dataset changes; and the
list of what an index refuses."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COUNT = """
    CREATE FUNCTION count_search_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.search_version := OLD.search_version + 1;
        RETURN NEW;
    END $$
"""
# In the row itself, so that no code path can forget it and no two changes share a number.
_TRIGGER = """
    CREATE TRIGGER count_search_version BEFORE UPDATE ON dataset FOR EACH ROW
    WHEN (OLD.search_document IS DISTINCT FROM NEW.search_document
          OR (OLD.state IN ('active', 'absent')) IS DISTINCT FROM (NEW.state IN ('active', 'absent')))
    EXECUTE FUNCTION count_search_version()
"""


def upgrade() -> None:
    op.add_column(
        "dataset",
        sa.Column("search_version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
    )
    op.execute(_COUNT)
    op.execute(_TRIGGER)
    op.create_table(
        "search_refusal",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("reader", "document_id", name=op.f("pk_search_refusal")),
    )


def downgrade() -> None:
    op.drop_table("search_refusal")
    op.execute("DROP TRIGGER count_search_version ON dataset")
    op.execute("DROP FUNCTION count_search_version()")
    op.drop_column("dataset", "search_version")
