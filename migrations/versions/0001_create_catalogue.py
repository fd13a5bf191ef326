"""Create the catalogue: all tables of opendata/models, and the triggers that keep history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What was written of published bytes and of events is never changed, by whatever code.
HISTORY = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% of % is refused: history is never changed', TG_OP, TG_TABLE_NAME;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """
        for table in ("event", "version", "table_build")
    ),
    # A build's verdict may change (a person decides); what was counted may not.
    """
    CREATE TRIGGER keep_history
    BEFORE DELETE OR UPDATE OF version_id, resource_id, schema_version, pipeline_version, format,
        rows_read, rows_accepted, rows_quarantined, report, created_at ON build
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    *(
        f"""
        CREATE TRIGGER keep_all BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
        for table in ("event", "version", "table_build", "build")
    ),
)


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "level IN ('country', 'province', 'district', 'ward')", name=op.f("ck_area_level")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from < valid_to", name=op.f("ck_area_validity")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("fk_area_parent_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
    )
    op.create_index(
        "uq_area_level_code_today",
        "area",
        ["level", "code"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "uq_area_level_code_valid_from", "area", ["level", "code", "valid_from"], unique=True
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_subject", "decision", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_order", "event", ["xid", "id"], unique=False)
    op.create_index("ix_event_subject", "event", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "event_cursor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("xid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("event_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_cursor")),
    )
    op.create_table(
        "publisher",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("name_sort", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="agency", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "contact",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_from < valid_to",
            name=op.f("ck_publisher_validity"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["publisher.id"], name=op.f("fk_publisher_parent_id_publisher")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher")),
        sa.UniqueConstraint("slug", name=op.f("uq_publisher_slug")),
    )
    op.create_index(
        "uq_publisher_code_valid_from",
        "publisher",
        ["code", "valid_from"],
        unique=True,
        postgresql_where=sa.text("code IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "area_succession",
        sa.Column("predecessor_id", sa.BigInteger(), nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["area.id"], name=op.f("fk_area_succession_predecessor_id_area")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["area.id"], name=op.f("fk_area_succession_successor_id_area")
        ),
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id", name=op.f("pk_area_succession")),
    )
    op.create_table(
        "blocked_digest",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_blocked_digest_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blocked_digest")),
    )
    op.create_table(
        "publisher_succession",
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["predecessor_id"],
            ["publisher.id"],
            name=op.f("fk_publisher_succession_predecessor_id_publisher"),
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["publisher.id"],
            name=op.f("fk_publisher_succession_successor_id_publisher"),
        ),
        sa.PrimaryKeyConstraint(
            "predecessor_id", "successor_id", name=op.f("pk_publisher_succession")
        ),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("secret_env", sa.Text(), nullable=True),
        sa.Column("publisher_id", sa.Uuid(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("schema_name", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), server_default="flag", nullable=False),
        sa.Column("ca_file", sa.Text(), nullable=True),
        sa.Column(
            "contact",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=True),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("policy IN ('publish', 'flag', 'hold')", name=op.f("ck_source_policy")),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publisher.id"], name=op.f("fk_source_publisher_id_publisher")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name", name=op.f("uq_source_name")),
    )
    op.create_table(
        "dataset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("upstream_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document_hash", sa.Text(), nullable=False),
        sa.Column("title_sort", sa.Text(), nullable=False),
        sa.Column("publisher_id", sa.Uuid(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("search_document", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("metadata_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upstream_modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'held', 'active', 'absent', 'withdrawn')",
            name=op.f("ck_dataset_state"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publisher.id"], name=op.f("fk_dataset_publisher_id_publisher")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_dataset_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("slug", name=op.f("uq_dataset_slug")),
        sa.UniqueConstraint(
            "source_id", "upstream_id", name=op.f("uq_dataset_source_id_upstream_id")
        ),
    )
    op.create_index(
        "ix_dataset_public",
        "dataset",
        ["title_sort"],
        unique=False,
        postgresql_where=sa.text("state IN ('active', 'absent')"),
    )
    op.create_index(op.f("ix_dataset_publisher_id"), "dataset", ["publisher_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'succeeded', 'partial', 'needs-confirmation', 'failed', 'cancelled')",
            name=op.f("ck_run_state"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_run_source_id_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index("ix_run_source_id_started_at", "run", ["source_id", "started_at"], unique=False)
    op.create_index(
        "uq_run_running",
        "run",
        ["source_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "dataset_slug",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_dataset_slug_dataset_id_dataset"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_dataset_slug")),
    )
    op.create_index(
        op.f("ix_dataset_slug_dataset_id"), "dataset_slug", ["dataset_id"], unique=False
    )
    op.create_table(
        "record",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("upstream_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column(
            "problems",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column(
            "lost", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.CheckConstraint(
            "outcome IN ('created', 'updated', 'unchanged', 'rejected', 'failed', 'absent')",
            name=op.f("ck_record_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["dataset.id"],
            name=op.f("fk_record_dataset_id_dataset"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_record_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "upstream_id", name=op.f("pk_record")),
    )
    op.create_index(op.f("ix_record_dataset_id"), "record", ["dataset_id"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("upstream_key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("format", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("schema_name", sa.Text(), nullable=True),
        sa.Column("learned_schema", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("published_build_id", sa.BigInteger(), nullable=True),
        sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_resource_dataset_id_dataset")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint(
            "dataset_id",
            "upstream_key",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_resource_dataset_id_upstream_key"),
        ),
        sa.UniqueConstraint("published_build_id", name=op.f("uq_resource_published_build_id")),
    )
    op.create_index(op.f("ix_resource_dataset_id"), "resource", ["dataset_id"], unique=False)
    op.create_table(
        "download_day",
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("people", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bots", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_download_day_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("resource_id", "day", "channel", name=op.f("pk_download_day")),
    )
    op.create_table(
        "table",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_table_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table")),
        sa.UniqueConstraint("resource_id", "name", name=op.f("uq_table_resource_id_name")),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_from", sa.Text(), nullable=False),
        sa.Column("response_headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("licence_digest", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_version_digest")),
        sa.CheckConstraint("number > 0", name=op.f("ck_version_number")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_version_size")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_version_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("id", "resource_id", name=op.f("uq_version_id_resource_id")),
        sa.UniqueConstraint("resource_id", "number", name=op.f("uq_version_resource_id_number")),
    )
    op.create_table(
        "build",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("schema_version", sa.Text(), nullable=False),
        sa.Column("pipeline_version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "reasons", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_accepted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('published', 'flagged', 'held', 'rejected', 'failed', 'superseded', 'pruned', 'purged')",
            name=op.f("ck_build_state"),
        ),
        sa.CheckConstraint(
            "rows_accepted >= 0 AND rows_quarantined >= 0", name=op.f("ck_build_rows_positive")
        ),
        sa.CheckConstraint(
            "rows_read = rows_accepted + rows_quarantined", name=op.f("ck_build_rows_add_up")
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "resource_id"],
            ["version.id", "version.resource_id"],
            name=op.f("fk_build_version_id_resource_id_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_build")),
        sa.UniqueConstraint("id", "resource_id", name=op.f("uq_build_id_resource_id")),
        sa.UniqueConstraint(
            "version_id",
            "schema_version",
            "pipeline_version",
            name=op.f("uq_build_version_id_schema_version_pipeline_version"),
        ),
    )
    op.create_index(op.f("ix_build_resource_id"), "build", ["resource_id"], unique=False)
    op.create_table(
        "table_build",
        sa.Column("table_id", sa.Uuid(), nullable=False),
        sa.Column("build_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("parquet_digest", sa.Text(), nullable=False),
        sa.Column("parquet_size", sa.BigInteger(), nullable=False),
        sa.Column("row_group_offsets", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("quarantine_digest", sa.Text(), nullable=True),
        sa.Column("quarantine_rows", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(parquet_digest) = 64", name=op.f("ck_table_build_digest")),
        sa.CheckConstraint("row_count >= 0", name=op.f("ck_table_build_row_count")),
        sa.ForeignKeyConstraint(
            ["build_id"], ["build.id"], name=op.f("fk_table_build_build_id_build")
        ),
        sa.ForeignKeyConstraint(
            ["table_id"], ["table.id"], name=op.f("fk_table_build_table_id_table")
        ),
        sa.PrimaryKeyConstraint("table_id", "build_id", name=op.f("pk_table_build")),
    )
    op.create_index(op.f("ix_table_build_build_id"), "table_build", ["build_id"], unique=False)
    op.create_index(op.f("ix_version_digest"), "version", ["digest"])
    op.create_index(op.f("ix_table_build_parquet_digest"), "table_build", ["parquet_digest"])
    op.create_index(op.f("ix_table_build_quarantine_digest"), "table_build", ["quarantine_digest"])
    # The pointer and what it leads to refer to each other: this key comes last.
    op.create_foreign_key(
        "fk_resource_published_build",
        "resource",
        "build",
        ["published_build_id", "id"],
        ["id", "resource_id"],
    )
    for statement in HISTORY:
        op.execute(statement)


def downgrade() -> None:
    for table in ("event", "version", "table_build", "build"):
        op.execute(f"DROP TRIGGER keep_history ON {table}")
        op.execute(f"DROP TRIGGER keep_all ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
    op.drop_constraint("fk_resource_published_build", "resource", type_="foreignkey")
    op.drop_index(op.f("ix_table_build_build_id"), table_name="table_build")
    op.drop_table("table_build")
    op.drop_index(op.f("ix_build_resource_id"), table_name="build")
    op.drop_table("build")
    op.drop_table("version")
    op.drop_table("table")
    op.drop_table("download_day")
    op.drop_index(op.f("ix_resource_dataset_id"), table_name="resource")
    op.drop_table("resource")
    op.drop_index(op.f("ix_record_dataset_id"), table_name="record")
    op.drop_table("record")
    op.drop_index(op.f("ix_dataset_slug_dataset_id"), table_name="dataset_slug")
    op.drop_table("dataset_slug")
    op.drop_index("uq_run_running", table_name="run", postgresql_where=sa.text("state = 'running'"))
    op.drop_index("ix_run_source_id_started_at", table_name="run")
    op.drop_table("run")
    op.drop_index(op.f("ix_dataset_publisher_id"), table_name="dataset")
    op.drop_index(
        "ix_dataset_public",
        table_name="dataset",
        postgresql_where=sa.text("state IN ('active', 'absent')"),
    )
    op.drop_table("dataset")
    op.drop_table("source")
    op.drop_table("publisher_succession")
    op.drop_table("blocked_digest")
    op.drop_table("area_succession")
    op.drop_index(
        "uq_publisher_code_valid_from",
        table_name="publisher",
        postgresql_where=sa.text("code IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("publisher")
    op.drop_table("event_cursor")
    op.drop_index("ix_event_subject", table_name="event")
    op.drop_index("ix_event_order", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_decision_subject", table_name="decision")
    op.drop_table("decision")
    op.drop_index("uq_area_level_code_valid_from", table_name="area")
    op.drop_index(
        "uq_area_level_code_today", table_name="area", postgresql_where=sa.text("valid_to IS NULL")
    )
    op.drop_table("area")
