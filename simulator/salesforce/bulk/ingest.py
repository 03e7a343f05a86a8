"""Writes the rows of an upload, two hundred at a time, by the same rules as any other call."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from simulator.salesforce.bulk.cells import Column, find_columns, read_row
from simulator.salesforce.bulk.csv_text import UnusableUploadError
from simulator.salesforce.bulk.jobs import Job, Written
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.field_index import index_key
from simulator.salesforce.record_collections import require_live_row, specified_twice
from simulator.salesforce.schema import SObject
from simulator.salesforce.store import Record
from simulator.salesforce.writes import WriteOptions

CHUNK = 200
Values = dict[str, Any]
Write = Callable[[Values], tuple[Record, bool]]


class Ingest:
    """One job's upload; UnusableUploadError if it is none for this job."""

    def __init__(self, engine: Engine, job: Job) -> None:
        job.columns, job.rows = job.format.read(job.upload or b"")
        job.upload = None
        self._engine = engine
        self._job = job
        self._sobject = self._find_object()
        self._columns = self._find_columns()
        self._options = WriteOptions(job.user_id, job.version)
        self._key_field = self._sobject.find_field(job.key_field) if job.key_field else None
        writes: dict[str, Write] = {
            "insert": self._insert,
            "update": self._update,
            "upsert": self._upsert if self._key_field and self._key_field.type != "id" else self._upsert_by_id,
            "delete": self._delete,
            "hardDelete": self._erase,
        }
        self._write = writes[job.operation]

    def write_chunk(self, start: int) -> None:
        rows = range(start, min(start + CHUNK, len(self._job.rows)))
        repeated = self._repeated_keys(rows)
        for position in rows:
            self._write_row(position, repeated)
        self._engine.counters["bulk.records"] += len(rows)

    def _write_row(self, position: int, repeated: set[str]) -> None:
        job = self._job
        job.processed += 1
        try:
            values = read_row(self._columns, job.rows[position])
            self._demand_single(values, repeated)
            record, created = self._write(values)
        except SalesforceError as error:
            self._engine.counters[f"error.{error.code}"] += 1
            self._engine.counters["bulk.records_failed"] += 1
            job.failed.append(Written(position, error=_describe(error)))
        else:
            job.succeeded.append(Written(position, record["Id"], created))

    def _insert(self, values: Values) -> tuple[Record, bool]:
        if "Id" in values:
            problem = "cannot specify Id in an insert call"
            raise SalesforceError("INVALID_FIELD_FOR_INSERT_UPDATE", problem, fields=["Id"])
        return self._engine.writer.insert(self._sobject, values, self._options), True

    def _update(self, values: Values) -> tuple[Record, bool]:
        record = self._live_row(values.pop("Id", None))
        return self._engine.writer.update(self._sobject, record, values, self._options), False

    def _upsert(self, values: Values) -> tuple[Record, bool]:
        assert self._key_field
        key = values.pop(self._key_field.name, None) or ""
        if "Id" in values:
            problem = "cannot specify Id together with an external id"
            raise SalesforceError("INVALID_FIELD_FOR_INSERT_UPDATE", problem, fields=["Id"])
        return self._engine.writer.upsert(self._sobject, self._key_field, str(key), values, self._options)

    def _upsert_by_id(self, values: Values) -> tuple[Record, bool]:
        return self._update(values) if values.get("Id") else self._insert(values)

    def _delete(self, values: Values) -> tuple[Record, bool]:
        record = self._live_row(values.get("Id"))
        self._engine.writer.delete(self._sobject, record, self._options)
        return record, False

    def _erase(self, values: Values) -> tuple[Record, bool]:
        record = self._live_row(values.get("Id"))
        self._engine.writer.delete(self._sobject, record, self._options)
        table = self._engine.store.tables[self._sobject.name]
        self._engine.recycle_bin.purge(self._engine.recycle_bin.find_together(table, record["Id"][:15]))
        return record, False

    def _live_row(self, record_id: str | None) -> Record:
        if not record_id:
            problem = f"Id not specified in an {self._job.operation} call"
            raise SalesforceError("MISSING_ARGUMENT", problem, fields=["Id"])
        return require_live_row(self._engine, self._sobject, record_id)

    def _find_object(self) -> SObject:
        sobject = self._engine.schema.find(self._job.object_name)
        if sobject is None:
            raise UnusableUploadError(f"InvalidEntity : Unable to find object: {self._job.object_name}")
        return sobject

    def _find_columns(self) -> list[Column]:
        columns = find_columns(self._job.columns, self._sobject, self._engine.schema)
        if self._job.operation in {"delete", "hardDelete"} and [column.name for column in columns] != ["Id"]:
            raise UnusableUploadError(f"InvalidBatch : The '{self._job.operation}' batch must contain only ids")
        return columns

    def _repeated_keys(self, rows: range) -> set[str]:
        """Keys that stand in this chunk more than once."""
        field = self._key_field
        places = [place for place, column in enumerate(self._columns) if field and column.name == field.name]
        if not field or not places:
            return set()
        keys = Counter(index_key(field, self._job.rows[position][places[0]]) for position in rows)
        return {key for key, count in keys.items() if key and count > 1}

    def _demand_single(self, values: Values, repeated: set[str]) -> None:
        field = self._key_field
        if repeated and field and (key := values.get(field.name)) and index_key(field, key) in repeated:
            raise specified_twice(f"Duplicate external id specified: {key}", field)


def _describe(error: SalesforceError) -> str:
    fields = ", ".join(error.fields or ())
    return f"{error.code}:{error.message}:{fields} --" if fields else f"{error.code}:{error.message}:--"
