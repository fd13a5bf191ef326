"""The published table schemas: Frictionless Table Schema, versions 1 and 2, with our extensions.

`schemas/tables/README.md` says what is read from a document and what each extension means.
"""

from __future__ import annotations

from opendata.services.table_schemas.document import parse
from opendata.services.table_schemas.model import (
    Category,
    Constraints,
    Field,
    ForeignKey,
    Operand,
    RowRule,
    TableSchema,
)
from opendata.services.table_schemas.published import all_schemas, find, newest

__all__ = [
    "Category",
    "Constraints",
    "Field",
    "ForeignKey",
    "Operand",
    "RowRule",
    "TableSchema",
    "all_schemas",
    "find",
    "newest",
    "parse",
]
