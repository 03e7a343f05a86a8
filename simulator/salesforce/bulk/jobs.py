"""The jobs of the Bulk API: what was asked for, how far each has come, and where it is written down."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from simulator.salesforce import timestamps
from simulator.salesforce.bulk.csv_text import Format
from simulator.salesforce.errors import SalesforceError, not_found
from simulator.salesforce.ids import find_short_id, make_id
from simulator.salesforce.soql.queries import Result

PREFIX = "750"


class State(StrEnum):
    OPEN = "Open"
    UPLOAD_COMPLETE = "UploadComplete"
    IN_PROGRESS = "InProgress"
    JOB_COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"

    @property
    def is_final(self) -> bool:
        return self in {State.JOB_COMPLETE, State.FAILED, State.ABORTED}


@dataclass(slots=True)
class Written:
    """What became of one row of the upload."""

    position: int
    record_id: str = ""  # of what was written
    created: bool = False
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Job:
    operation: str
    user_id: str
    version: float
    format: Format
    object_name: str = ""
    key_field: str = ""
    query: str = ""
    state: State = State.OPEN
    id: str = ""
    error: str = ""
    created: str = field(default_factory=timestamps.now)
    changed: str = field(default_factory=timestamps.now)
    began: float = 0.0
    seconds: float = 0.0

    upload: bytes | None = None
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    processed: int = 0
    succeeded: list[Written] = field(default_factory=list)
    failed: list[Written] = field(default_factory=list)

    found: Result | None = None

    @property
    def is_query(self) -> bool:
        return self.operation in {"query", "queryAll"}

    @property
    def resource(self) -> str:
        return f"/services/data/v{self.version:.1f}/jobs/{'query' if self.is_query else 'ingest'}"

    def enter(self, state: State, error: str = "") -> None:
        self.state = state
        self.error = error
        self.changed = timestamps.now()
        if state is State.IN_PROGRESS:
            self.began = time.monotonic()
        elif state.is_final and self.began:
            self.seconds = time.monotonic() - self.began

    def describe(self) -> dict[str, Any]:
        """As creating, changing and listing answer it."""
        shared = {
            "id": self.id,
            "operation": self.operation,
            "object": self.object_name,
            "createdById": self.user_id,
            "createdDate": self.created,
            "systemModstamp": self.changed,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": self.version,
        }
        if self.key_field:
            shared["externalIdFieldName"] = self.key_field
        if not self.is_query and self.state is State.OPEN:
            shared["contentUrl"] = f"{self.resource.lstrip('/')}/{self.id}/batches"
        return {**shared, "lineEnding": self.format.line_ending, "columnDelimiter": self.format.delimiter}

    def describe_progress(self) -> dict[str, Any]:
        milliseconds = int(self.seconds * 1_000)
        progress: dict[str, Any] = {
            "jobType": "V2Query" if self.is_query else "V2Ingest",
            "numberRecordsProcessed": self.processed,
            "retries": 0,
            "totalProcessingTime": milliseconds,
        }
        if not self.is_query:
            progress |= {
                "numberRecordsFailed": len(self.failed),
                "apiActiveProcessingTime": milliseconds,
                "apexProcessingTime": 0,
            }
        if self.error:
            progress["errorMessage"] = self.error
        return self.describe() | progress


class Jobs:
    """Every job since the last reset, in the order they were made."""

    def __init__(self) -> None:
        self.closed = False  # the org has been reset: whoever still works for it may stop
        self._jobs: dict[str, Job] = {}
        self._last_number = 0

    def add(self, job: Job) -> Job:
        self._last_number += 1
        job.id = make_id(PREFIX, self._last_number)
        self._jobs[job.id[:15]] = job
        return job

    def require(self, job_id: str, *, is_query: bool) -> Job:
        job = self._jobs.get(find_short_id(job_id) or "")
        if job is None or job.is_query is not is_query:
            raise not_found()
        return job

    def remove(self, job: Job) -> None:
        del self._jobs[job.id[:15]]

    def all(self, *, is_query: bool) -> Iterator[Job]:
        return (job for job in self._jobs.values() if job.is_query is is_query)


def invalid_job(problem: str) -> SalesforceError:
    return SalesforceError("INVALIDJOB", f"InvalidJob : {problem}")


def wrong_state(job: Job, wish: str) -> SalesforceError:
    return SalesforceError("INVALIDJOBSTATE", f"InvalidJobState : Job {job.id} is in state {job.state}: {wish}")
