"""Add harvest care: what repeated harvests remember, withdrawn datasets, and the queue of workers."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_TIME = sa.DateTime(timezone=True)
_TEXTS = postgresql.ARRAY(sa.Text())


def _columns() -> dict[str, tuple[sa.Column, ...]]:
    return {
        "source": (sa.Column("files", sa.Text(), server_default="copy", nullable=False),),
        "run": (
            sa.Column("is_complete", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        ),
        "record": (sa.Column("changes", _JSON, server_default=sa.text("'[]'"), nullable=False),),
        "dataset": (
            sa.Column("record_hash", sa.Text(), nullable=True),
            sa.Column("problems", _JSON, server_default=sa.text("'[]'"), nullable=False),
            sa.Column("lost", _TEXTS, server_default=sa.text("'{}'"), nullable=False),
            sa.Column("withdrawn_at", _TIME, nullable=True),
            sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        ),
        "resource": (
            sa.Column("validators", _JSON, server_default=sa.text("'{}'"), nullable=False),
            sa.Column(
                "validators_lie", sa.Boolean(), server_default=sa.text("false"), nullable=False
            ),
            sa.Column("compared_at", _TIME, nullable=True),
            sa.Column("next_check_at", _TIME, nullable=True),
        ),
    }


_RECORD_OUTCOMES = ("created", "updated", "unchanged", "rejected", "failed", "absent")


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    op.create_check_constraint(op.f("ck_source_files"), "source", "files IN ('copy', 'link')")
    _allow_outcomes(*_RECORD_OUTCOMES, "withdrawn")
    # Slugs are looked up by how they begin, whatever the collation of the database.
    op.create_index(
        "ix_dataset_slug_slug",
        "dataset_slug",
        ["slug"],
        postgresql_ops={"slug": "text_pattern_ops"},
    )
    # The queue keeps its own names apart: procrastinate's tables and functions.
    op.execute("CREATE SCHEMA queue")
    op.execute("SET LOCAL search_path = queue")
    # Straight to the driver: the text is full of signs that SQLAlchemy would take for parameters.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())
    op.execute("SET LOCAL search_path = DEFAULT")


def downgrade() -> None:
    op.execute("DROP SCHEMA queue CASCADE")
    op.drop_index("ix_dataset_slug_slug", table_name="dataset_slug")
    op.execute("UPDATE record SET outcome = 'absent' WHERE outcome = 'withdrawn'")
    _allow_outcomes(*_RECORD_OUTCOMES)
    op.drop_constraint(op.f("ck_source_files"), "source")
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)


def _allow_outcomes(*outcomes: str) -> None:
    op.drop_constraint(op.f("ck_record_outcome"), "record")
    listed = ", ".join(f"'{outcome}'" for outcome in outcomes)
    op.create_check_constraint(op.f("ck_record_outcome"), "record", f"outcome IN ({listed})")
