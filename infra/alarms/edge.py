"""The alarms on the API and its callers."""

from infra.alarms.alarm import FIVE_MINUTES, Alarm
from infra.watched import of_api, of_ours

ROWS = (
    Alarm(
        name="ApiErrorsAlarm",
        description="More than one of a hundred calls was answered 5xx: requests are not served.",
        runbook="api-errors",
        metric=of_api("5XXError"),
        statistic="Average",
        threshold=0.01,
        periods=3,
        among=15,
        reason="A rate, in minutes that need not be in a row: it rings at one call every three minutes that all fail, "
        "and not for one failure among a thousand.",
    ),
    Alarm(
        name="ApiLatencyAlarm",
        description="The slowest of a hundred calls takes more than five seconds.",
        runbook="api-slow",
        metric=of_api("Latency"),
        statistic="p99",
        threshold=5000,
        periods=3,
        among=5,
        reason="The function gives up after twenty seconds and apps before; a cold start takes less than two.",
    ),
    Alarm(
        name="Calls401Alarm",
        description="More than 300 calls in five minutes had no valid token.",
        runbook="refused-calls",
        metric=of_ours("CallsRefused", ("Status", "401")),
        statistic="Sum",
        threshold=300,
        seconds=FIVE_MINUTES,
        periods=2,
        reason="Somebody guesses tokens, or the identity provider has changed and nobody can log in.",
    ),
    Alarm(
        name="Calls403Alarm",
        description="More than 300 calls in five minutes asked for what the caller's role may not do.",
        runbook="refused-calls",
        metric=of_ours("CallsRefused", ("Status", "403")),
        statistic="Sum",
        threshold=300,
        seconds=FIVE_MINUTES,
        periods=2,
        reason="A token is tried on what it is not for, or a system has lost its scopes.",
    ),
    Alarm(
        name="Calls429Alarm",
        description="More than 300 calls in five minutes were over a caller's limit.",
        runbook="refused-calls",
        metric=of_ours("CallsRefused", ("Status", "429")),
        statistic="Sum",
        threshold=300,
        seconds=FIVE_MINUTES,
        periods=2,
        reason="An app loops, or a system of the marketplace needs a higher limit.",
    ),
    Alarm(
        name="KeysUnreachableAlarm",
        description="The identity provider's keys could not be fetched: within an hour nobody can call the API.",
        runbook="identity-provider",
        metric=of_ours("KeysUnreachable"),
        statistic="Sum",
        seconds=FIVE_MINUTES,
        periods=2,
        reason="The last keys serve for an hour, so the API looks well until all calls fail at once.",
    ),
)
