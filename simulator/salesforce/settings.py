"""Every switch of the simulated org, with its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from simulator.system import demand_amount


@dataclass
class Settings:
    """Fields are named `Object.Field`. Two switches are commands: they act and read False again."""

    # Logging in
    instance_url: str | None = None  # None: wherever the token was asked for
    token_lifetime: float | None = None  # seconds; None: until expired on demand
    token_calls: int | None = None  # a session ends after so many calls, wherever the caller is by then
    audiences: list[str] = field(
        default_factory=lambda: ["https://login.salesforce.com", "https://test.salesforce.com"]
    )
    jwt_flow: bool = True
    client_credentials_flow: bool = True
    password_flow: bool = True
    authorization_code_flow: bool = True
    refresh_token_flow: bool = True
    expire_tokens: bool = False  # command: every session so far is over

    # Quotas
    daily_limit: int = 100_000
    api_usage: int = 0
    app_limits: dict[str, int] = field(default_factory=dict)  # {"name of the client": calls}
    api_disabled: bool = False
    concurrent_limit: int = 25
    longest_url: int = 16_384
    long_request_seconds: float = 20.0
    chunk_seconds: float = 0.0  # what the org's automation costs per 200 rows written

    # The Bulk API
    bulk_api: bool = True
    bulk_queue_seconds: float = 0.2
    bulk_batch_seconds: float = 0.2  # per internal batch
    bulk_batch_records: int = 10_000
    bulk_upload_bytes: int = 157_286_400  # 150 MB
    bulk_list_size: int = 1_000
    daily_bulk_batches: int = 15_000
    daily_bulk_query_jobs: int = 10_000

    # Many records or requests in one call
    collection_records: int = 200
    retrieved_ids: int = 2_000
    composite_requests: int = 25
    composite_heavy_requests: int = 5
    batch_requests: int = 25
    graphs: int = 75
    graph_nodes: int = 500
    graph_depth: int = 15
    failed_graphs: int = 14
    tree_records: int = 200
    tree_depth: int = 5
    tree_objects: int = 5

    # Queries
    page_size: int = 2_000
    open_cursors: int = 10
    expire_cursors: bool = False  # command: every nextRecordsUrl so far is void

    # The set-up of the org
    missing_objects: list[str] = field(default_factory=list)
    object_permissions: dict[str, list[str]] = field(default_factory=dict)  # {"Account": ["read", "create"]}
    missing_fields: list[str] = field(default_factory=list)
    read_only_fields: list[str] = field(default_factory=list)
    required_fields: list[str] = field(default_factory=list)
    not_external_id_fields: list[str] = field(default_factory=list)
    not_unique_fields: list[str] = field(default_factory=list)
    case_sensitive_fields: list[str] = field(default_factory=list)
    restricted_picklists: list[str] = field(default_factory=list)
    picklist_values: dict[str, list[str]] = field(default_factory=dict)
    extra_fields: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # replaces a field of that name

    # Change feeds
    feed_granularity: float = 60.0  # seconds; moments are cut down to a multiple
    feed_id_limit: int = 600_000
    delete_log_seconds: float = 1_296_000.0  # 15 days
    late_commit_rate: float = 0.0  # of the writing calls
    late_commit_seconds: float = 5.0
    hold_commits: bool = False

    # What SOAP does
    soap_operations: list[str] = field(
        default_factory=lambda: ["delete", "undelete", "emptyRecycleBin", "merge", "convertLead"]
    )
    soap_login: bool = False  # only ever up to version 64
    recycle_bin_seconds: float = 1_296_000.0
    mergeable_records: int = 3
    lead_field_mapping: dict[str, str] = field(default_factory=dict)  # {"Field": "Contact.Field"}

    # Rows
    key_in_body_refused: bool = True
    etag_objects: list[str] = field(default_factory=lambda: ["Account"])
    conditional_dates: bool = True
    converted_leads_editable: bool = False

    # Refusals
    duplicate_value_id_length: int = 15  # 15, 18, or 0 for `<unknown>`
    duplicate_rules: list[dict[str, Any]] = field(default_factory=list)
    validation_rules: list[dict[str, Any]] = field(default_factory=list)
    unknown_field_fails_call: bool = True
    lost_upsert_races: int = 0  # so many upserts of a known key answer as if they had looked too early
    lock_errors: int = 0  # so many of the next rows are refused
    lock_error_rate: float = 0.0  # of the rows that hang on a parent
    row_locks: bool = False  # what a call wrote, and what that hangs on, is locked while the call takes its time
    random_seed: int = 0

    def accepted(self, changes: Mapping[str, Any]) -> "Settings":
        """A copy with these changes; ValueError names the switch that is unknown or of the wrong type."""
        hints = get_type_hints(Settings)
        for name, value in changes.items():
            if name not in hints:
                raise ValueError(f"unknown switch: {name}")
            if not _fits(value, hints[name]):
                raise ValueError(f"{name} cannot be {value!r}")
            demand_amount(name, value)
            if name == "page_size" and value < 1:
                raise ValueError("page_size must be at least 1, or no query would ever end")
        values = {name: getattr(self, name) for name in hints}
        return Settings(**{**values, **changes})


def _fits(value: Any, hint: Any) -> bool:
    if isinstance(hint, UnionType):
        return any(_fits(value, choice) for choice in get_args(hint))
    kind = get_origin(hint) or hint
    if kind is Any:
        return True
    if kind is list:
        return isinstance(value, list) and all(_fits(item, get_args(hint)[0]) for item in value)
    if kind is dict:
        return isinstance(value, dict) and all(
            _fits(name, str) and _fits(item, get_args(hint)[1]) for name, item in value.items()
        )
    if kind in {int, float}:
        return isinstance(value, (int, kind)) and not isinstance(value, bool)
    return isinstance(value, kind)
