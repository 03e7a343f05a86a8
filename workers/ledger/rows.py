"""Many rows as one parameter: a statement is prepared once and has one text, however many rows it is given."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from sqlalchemy import ColumnElement, DateTime, SQLColumnExpression, Text, any_, column, func, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

TIME = DateTime(timezone=True)


def given_rows(rows: Sequence[Mapping[str, object]], **columns: TypeEngine[Any]) -> TableValuedAlias:
    """A table of these rows, for `FROM`; `texts` names the text columns among them."""
    listed = (column(name, kind) for name, kind in columns.items())
    source = func.jsonb_to_recordset(literal(_storable(rows), JSONB))
    return source.table_valued(*listed).render_derived(name="given", with_types=True)


def texts(*names: str) -> dict[str, TypeEngine[Any]]:
    """Text columns of these names."""
    return {name: Text() for name in names}


def is_among(
    column: SQLColumnExpression[str] | SQLColumnExpression[str | None], values: Iterable[str]
) -> ColumnElement[bool]:
    """The column has one of these values, which are one parameter: a statement takes 65,535 at most."""
    return column == any_(literal(sorted(set(values)), ARRAY(TEXT)))


def _storable(value: object) -> object:
    """As JSON that Postgres takes: one odd character in a vendor's answer must not cost a whole slice."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, Mapping):
        return {str(_storable(str(key))): _storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_storable(one) for one in value]
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    return str(value)
