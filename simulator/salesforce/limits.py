"""The resource that tells what is left of every allocation."""

from typing import Any

from simulator.salesforce.engine import Engine

KILOBYTES_PER_RECORD = 2
UNTOUCHED = {
    "AnalyticsExternalDataSizeMB": 40_960,
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentEinsteinDataInsightsStoryCreation": 5,
    "ConcurrentSyncReportRuns": 20,
    "DailyAnalyticsDataflowJobExecutions": 60,
    "DailyAsyncApexExecutions": 250_000,
    "DailyAsyncApexTests": 500,
    "DailyDeliveredPlatformEvents": 50_000,
    "DailyDurableGenericStreamingApiEvents": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyFunctionsApiCallLimit": 50_000,
    "DailyGenericStreamingApiEvents": 10_000,
    "DailyStandardVolumePlatformEvents": 25_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 1_000,
    "FileStorageMB": 1_024,
    "HourlyAsyncReportRuns": 1_200,
    "HourlyDashboardRefreshes": 200,
    "HourlyDashboardResults": 5_000,
    "HourlyDashboardStatuses": 999_999_999,
    "HourlyLongTermIdMapping": 100_000,
    "HourlyManagedContentPublicRequests": 50_000,
    "HourlyODataCallout": 20_000,
    "HourlyPublishedPlatformEvents": 50_000,
    "HourlyPublishedStandardVolumePlatformEvents": 1_000,
    "HourlyShortTermIdMapping": 100_000,
    "HourlySyncReportRuns": 500,
    "HourlyTimeBasedWorkflow": 50,
    "MassEmail": 5_000,
    "MonthlyPlatformEventsUsageEntitlement": 0,
    "Package2VersionCreates": 6,
    "PermissionSets": 1_500,
    "SingleEmail": 5_000,
}


def describe(engine: Engine) -> dict[str, Any]:
    settings, quotas = engine.settings, engine.quotas
    records = sum(len(table.rows) for table in engine.store.tables.values())
    megabytes = records * KILOBYTES_PER_RECORD // 1_024
    limits = {name: _allocation(most, 0) for name, most in UNTOUCHED.items()}
    limits |= {
        "DailyApiRequests": _allocation(settings.daily_limit, settings.api_usage),
        "DailyBulkApiBatches": _allocation(settings.daily_bulk_batches, quotas.bulk_batches),
        "DailyBulkV2QueryJobs": _allocation(settings.daily_bulk_query_jobs, quotas.bulk_query_jobs),
        "DailyBulkV2QueryFileStorageMB": _allocation(976_562, 0),
        "DataStorageMB": _allocation(max(1_024, megabytes), megabytes),
    }
    return dict(sorted(limits.items()))


def _allocation(most: int, used: int) -> dict[str, int]:
    return {"Max": most, "Remaining": max(0, most - used)}
