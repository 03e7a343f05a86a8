"""What an org may still do today: calls, calls of one client, and the work of the Bulk API."""

from collections import Counter

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.settings import Settings


class Quotas:
    def __init__(self, settings: Settings, counters: Counter[str]) -> None:
        self.bulk_batches = 0
        self.bulk_query_jobs = 0
        self._settings = settings
        self._counters = counters
        self._app_usage: Counter[str] = Counter()

    def admit(self, app: str) -> None:
        """SalesforceError if nobody, or not this client, may call any more."""
        settings = self._settings
        if settings.api_disabled:
            raise SalesforceError("API_DISABLED_FOR_ORG", "API is disabled for this User", status=403)
        if settings.api_usage >= settings.daily_limit:
            raise limit_exceeded("TotalRequests Limit exceeded.")
        if app and self._app_usage[app] >= settings.app_limits.get(app, settings.daily_limit):
            raise limit_exceeded(f"TotalRequests Limit exceeded for {app}.")

    def spend(self, calls: int = 1, *, app: str = "") -> None:
        self._settings.api_usage += calls
        self._counters["calls"] += calls
        if app:
            self._app_usage[app] += calls

    def describe(self, app: str) -> str:
        """The text of Sforce-Limit-Info."""
        settings = self._settings
        usage = f"api-usage={settings.api_usage}/{settings.daily_limit}"
        if not app:
            return usage
        limit = settings.app_limits.get(app, settings.daily_limit)
        return f"{usage}; per-app-api-usage={self._app_usage[app]}/{limit}(appName={app})"


def find_app(call_options: str) -> str:
    """The client that Sforce-Call-Options names, or an empty text."""
    for option in call_options.replace(";", ",").split(","):
        name, _, value = option.partition("=")
        if name.strip().lower() == "client" and value.isascii() and value.isprintable():
            return value.strip()
    return ""


def limit_exceeded(message: str) -> SalesforceError:
    return SalesforceError("REQUEST_LIMIT_EXCEEDED", message, status=403)
