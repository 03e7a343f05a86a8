"""Every behaviour of the simulated portal that an experiment may turn."""

from dataclasses import dataclass
from typing import Literal


@dataclass
class Switches:
    """Limits of 0 mean unlimited; times are in seconds."""

    path_generations: Literal["both", "numbered", "dated"] = "both"
    exact_statuses: bool = True  # else 200 for whatever succeeded, which a client may not expect
    correlation_ids: bool = True

    burst_limit: int = 190  # per token and 10 s
    association_burst_limit: int = 150  # per token and 10 s, on top of the burst limit
    oauth_burst_limit: int = 110  # in place of the burst limit, for tokens an app was given by OAuth
    search_limit: int = 5  # per portal and second
    daily_limit: int = 625_000
    association_daily_limit: int = 500_000

    rate_limits_category: bool = False  # bodies of 429 have one, as some do

    search_lag: float = 5.0
    search_lag_tail: float = 12.0  # one write in a hundred waits this many times longer
    search_result_cap: int = 10_000
    dynamic_list_delay: float = 2.0

    company_upserts_per_second: int = 0  # more of them lock the companies for a while
    write_lock_time: float = 2.0

    lifecycle_backward: Literal["ignore", "400"] = "ignore"
    validate_properties: bool = True  # else unknown ones are left out and wrong values stored
    unique_values: bool = True  # else several records may have them, as HubSpot once let contacts
    archived_holds_unique: bool = False
    unchanged_write_touches: bool = True
    email_conflict_shape: Literal["message", "identity_profile"] = "message"

    labels_replace: bool = True  # those asked for take the place of those there were
    first_company_is_primary: bool = False
    no_associations_is_error: bool = True
    associations_touch_records: bool = False
    batch_limit: int = 100  # of the batches of records
    refuse_repeated_ids: bool = True
    shuffle_results: bool = True
    trace_ids_spare_good_rows: bool = True  # else one bad row spoils its batch, trace ids or not
    list_tells_size: bool = True
    object_ids_as_numbers: bool = True  # toObjectId of the associations routes

    auto_company: bool = False
    auto_company_delay: float = 2.0
    merge_limit: int = 250  # records one may be made of
    merged_ids_answer: bool = True  # in calls for one record
    merge_makes_new_id: bool = False
    enforce_scopes: bool = True
    oauth_token_lifetime: float = 1_800.0

    webhook_delay: float = 0.5
    webhook_duplicates: float = 0.01  # the share of events that come twice
    webhook_reordering: float = 0.1  # the share that comes up to `webhook_lateness` later than it should
    webhook_lateness: float = 2.0
    webhook_timeout: float = 5.0
    webhook_retries: int = 10
    webhook_retry_time: float = 86_400.0  # over which the retries are spread
    webhook_signature: Literal["v1", "v2"] = "v1"  # beside v3
    webhook_echo: bool = True  # an app hears of what it did itself
    webhook_settings_delay: float = 0.0

    portal_id: int = 48_105_217
    random_seed: int = 1  # takes effect at the next reset
