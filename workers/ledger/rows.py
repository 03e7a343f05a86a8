"""Many rows as one parameter: a statement is prepared once and has one text, however many rows it is given."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import DateTime, Text, column, func, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

TIME = DateTime(timezone=True)


def given_rows(rows: Sequence[Mapping[str, object]], **columns: TypeEngine[Any]) -> TableValuedAlias:
    """A table of JSON-ready rows, for `FROM`. Columns not named otherwise are text: see `texts`."""
    listed = (column(name, kind) for name, kind in columns.items())
    source = func.jsonb_to_recordset(literal([dict(row) for row in rows], JSONB))
    return source.table_valued(*listed, name="given").render_derived(with_types=True)


def texts(*names: str) -> dict[str, TypeEngine[Any]]:
    """Text columns of these names."""
    return {name: Text() for name in names}
