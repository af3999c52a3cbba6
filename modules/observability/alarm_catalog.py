"""The alarms of each kind of resource, with their thresholds.

Metrics and dimensions are from AWS's documentation:
- https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
- https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
- https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/serverless-metrics-events-redis.html
- https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
"""

from collections.abc import Iterator

from modules.cache import NODES, CacheMode
from modules.observability.alarm import AlarmDefinition, Formula, Metric, Query

ERROR_RATE = 0.01
"""Share of responses with a 5xx status."""
CANARY_ERROR_RATE = 0.001
"""Lower: a new version that always fails gets a tenth of its function's requests."""
SLOW_MS = 1500
"""The 99th percentile."""
ITERATOR_AGE_MS = 60_000
REPLICATION_MS = 10_000
"""Usually under a second. The loss of a region loses the writes that have not been replicated."""
CONCURRENCY_USED = 0.8
"""Share of the account's limit of concurrent invocations."""
CACHE_FULL = 0.8
"""Share of the memory."""
CERTIFICATE_DAYS = 30
"""ACM renews 60 days before expiry; 30 days before, the renewal has failed."""

API_ERRORS = "api-errors"
"""Name of the alarm for failed requests."""
CANARY_ERRORS = "canary-errors"
"""Name of the alarm for failed requests that rolls a canary deployment back."""

NO_ORDERS_SECONDS = 1800
NO_ORDERS_CARTS = 200
"""Requests to the cart in half an hour. Some of them should result in orders."""

THROTTLED_REQUESTS = 100
"""Answers with status 429 in five minutes."""
SILENT_SECONDS = 900
SILENT_ORDERS = 20
"""Orders in that time, each of which must be replicated."""

_DAY = 24 * 3600
_GB = 1024**3


def api(name: str, stage: str) -> Iterator[AlarmDefinition]:
    """Define alarms for a REST API's errors and latency."""
    dimensions = {"ApiName": name, "Stage": stage}
    yield AlarmDefinition(
        API_ERRORS,
        Metric("AWS/ApiGateway", "5XXError", dimensions, "Average"),
        ERROR_RATE,
        "More than 1 in 100 requests fails. Look at the functions' errors, then at the tables' throttles.",
        affects_shoppers=True,
    )
    yield AlarmDefinition(
        "api-latency",
        Metric("AWS/ApiGateway", "Latency", dimensions, "p99"),
        SLOW_MS,
        "1 in 100 requests takes longer than 1.5 s. Look at the traces of slow requests.",
        affects_shoppers=True,
    )


def canary(name: str, stage: str) -> AlarmDefinition:
    """Define the alarm that rolls back a canary deployment. The functions turn their errors into 5xx responses."""
    return AlarmDefinition(
        CANARY_ERRORS,
        Metric("AWS/ApiGateway", "5XXError", {"ApiName": name, "Stage": stage}, "Average"),
        CANARY_ERROR_RATE,
        "More than 1 in 1000 requests fails. CodeDeploy rolls back the functions that it is deploying; otherwise do "
        "not act on it alone.",
        notifies=False,
    )


def throttled_requests(namespace: str) -> AlarmDefinition:
    """Define the alarm for answers with status 429, which API Gateway's own metrics count among all 4xx."""
    return AlarmDefinition(
        "api-throttled",
        Metric(namespace, "TooManyRequests", {}, period=300),
        THROTTLED_REQUESTS,
        f"More than {THROTTLED_REQUESTS} requests in five minutes got 429: shoppers reach the stage's limits, or some "
        "clients send too much. The region is busy, not down.",
        datapoints=1,
        periods=1,
    )


def silent_replication(deployment: str, table: str) -> tuple[AlarmDefinition, AlarmDefinition]:
    """Define two alarms: orders are placed in this region, and no latency of their replication is measured.

    DynamoDB reports no latency while nothing is replicated, so the replication alarm does not start. A composite alarm
    combines both alarms, because a Metrics Insights alarm cannot contain another metric:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Metrics_Insights_Alarm.html
    """
    placed = AlarmDefinition(
        "orders-are-placed",
        Metric("Bookstore", "OrdersPlaced", {"shop": deployment}, period=SILENT_SECONDS),
        SILENT_ORDERS,
        "Orders are placed in this region. Part of `replication-silent`; do not act on it alone.",
        datapoints=1,
        periods=1,
        notifies=False,
    )
    unmeasured = AlarmDefinition(
        "replication-not-measured",
        Formula("FILL(replicated, 0)", {"replicated": _replication("COUNT", table, SILENT_SECONDS)}),
        1,
        "Nothing was replicated to another region. Part of `replication-silent`; do not act on it alone.",
        comparison="<",
        datapoints=1,
        periods=1,
        missing="breaching",
        notifies=False,
    )
    return placed, unmeasured


def _replication(function: str, table: str, period: int) -> Query:
    """Return a query of the latency of a table's replication, over all receiving regions."""
    latency = f'{function}(ReplicationLatency) FROM SCHEMA("AWS/DynamoDB", ReceivingRegion, TableName)'
    return Query(f"SELECT {latency} WHERE TableName = '{table}'", period=period)


def function(name: str, short_name: str, *, serves_shoppers: bool) -> Iterator[AlarmDefinition]:
    """Define alarms for a function's errors and throttles."""
    dimensions = {"FunctionName": name}
    yield AlarmDefinition(
        f"{short_name}-errors",
        Metric("AWS/Lambda", "Errors", dimensions),
        0,
        f"{short_name} has raised errors for minutes. Its log has the reason.",
        affects_shoppers=serves_shoppers,
    )
    yield AlarmDefinition(
        f"{short_name}-throttles",
        Metric("AWS/Lambda", "Throttles", dimensions),
        0,
        f"Lambda throttles {short_name}: the account's concurrency in this region, or the function's reserved "
        "concurrency, is used up.",
        affects_shoppers=serves_shoppers,
    )


def stream_reader(name: str, short_name: str) -> Iterator[AlarmDefinition]:
    """Define an alarm for the age of the records that a function reads from a stream."""
    yield AlarmDefinition(
        f"{short_name}-behind",
        Metric("AWS/Lambda", "IteratorAge", {"FunctionName": name}, "Maximum"),
        ITERATOR_AGE_MS,
        f"{short_name} is more than a minute behind its stream. Look at its errors, then at what it writes to.",
    )


def unreadable_records(deployment: str) -> Iterator[AlarmDefinition]:
    """Define alarms for stream records that the bestsellers' feeder or the stock function could not parse."""
    yield _unreadable(
        "bestsellers-unreadable",
        Metric("Bookstore", "UnreadableRecords", {"shop": deployment}),
        "Items of the orders table are not orders, so the bestsellers do not count them. The feeder's log has "
        "their event ids and the reasons.",
    )
    yield _unreadable(
        "stock-unreadable",
        Metric("Bookstore", "StockRecordsUnreadable", {"shop": deployment}),
        "Items of the orders or the stock table cannot be read, so copies of cancelled orders may not return, and "
        "requests for copies may get no answer. The stock function's log has the reasons.",
    )


def _unreadable(name: str, metric: Metric, description: str) -> AlarmDefinition:
    return AlarmDefinition(name, metric, 0, description, datapoints=1, periods=1)


def dead_letters(name: str, short_name: str) -> Iterator[AlarmDefinition]:
    """Define an alarm for messages in a dead-letter queue."""
    yield AlarmDefinition(
        f"{short_name}-dead-letters",
        Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": name}, "Maximum"),
        0,
        f"Events or stream records could not be processed. {name} has a message about each for 14 days; that about "
        "stream records has their places in the stream, not the records.",
        datapoints=1,
        periods=1,
    )


def table(name: str, short_name: str) -> Iterator[AlarmDefinition]:
    """Define alarms for a table's throttled requests."""
    for way in ("Read", "Write"):
        yield AlarmDefinition(
            f"{short_name}-{way.lower()}-throttles",
            Formula(
                "FILL(throttled, 0)",
                {"throttled": Metric("AWS/DynamoDB", f"{way}ThrottleEvents", {"TableName": name})},
            ),
            0,
            f"{short_name} throttles {way.lower()}s: one partition key gets most requests, or the load doubled within "
            "half an hour.",
            affects_shoppers=True,
        )


def index(table: str, short_name: str, name: str) -> Iterator[AlarmDefinition]:
    """Define an alarm for throttled requests of a global secondary index, which the table's metrics leave out."""

    def throttled(way: str) -> Metric:
        dimensions = {"TableName": table, "GlobalSecondaryIndexName": name}
        return Metric("AWS/DynamoDB", f"{way}ThrottleEvents", dimensions)

    yield AlarmDefinition(
        f"{short_name}-{name}-throttles",
        Formula(
            "FILL(reads, 0) + FILL(writes, 0)", {"reads": throttled("Read"), "writes": throttled("Write")}
        ),
        0,
        f"Index {name} of {short_name} throttles requests: one partition key of the index gets most requests.",
        affects_shoppers=True,
    )


def no_orders(deployment: str, cart_function: str) -> Iterator[AlarmDefinition]:
    """Define an alarm for half an hour in which shoppers use carts and no order is placed.

    Invocations of the cart's function count as traffic, because health checks do not reach it.
    """
    carts = Metric("AWS/Lambda", "Invocations", {"FunctionName": cart_function}, period=NO_ORDERS_SECONDS)
    orders = Metric("Bookstore", "OrdersPlaced", {"shop": deployment}, period=NO_ORDERS_SECONDS)
    yield AlarmDefinition(
        "no-orders",
        Formula(
            f"IF(carts > {NO_ORDERS_CARTS} AND FILL(orders, 0) < 1, 1, 0)",
            {"carts": carts, "orders": orders},
        ),
        0,
        "Shoppers fill carts and no order arrived for 30 minutes. Look at checkout conflicts and at the 4xx answers.",
        datapoints=1,
        periods=1,
    )


def sign_in(user_pool: str, client: str) -> Iterator[AlarmDefinition]:
    """Define alarms for requests that Cognito throttles. Only the pool's region has these metrics.

    https://docs.aws.amazon.com/cognito/latest/developerguide/metrics-for-cognito-user-pools.html
    """
    dimensions = {"UserPool": user_pool, "UserPoolClient": client}
    for kind, metric in (("sign-in", "SignInThrottles"), ("token-refresh", "TokenRefreshThrottles")):
        yield AlarmDefinition(
            f"{kind}-throttles",
            Metric("AWS/Cognito", metric, dimensions),
            0,
            f"Cognito throttles {kind} requests: the user pool's quota is used up. Request a higher one.",
        )


def replication(table: str, short_name: str) -> Iterator[AlarmDefinition]:
    """Define an alarm for the slowest replication of a table to another region."""
    yield AlarmDefinition(
        f"{short_name}-replication",
        Formula("FILL(latency, 0)", {"latency": _replication("MAX", table, 60)}),
        REPLICATION_MS,
        f"Changes of {short_name} take more than 10 s to another region; a loss of this region would lose more writes.",
    )


def cache(name: str, mode: CacheMode, largest_gb: int) -> Iterator[AlarmDefinition]:
    """Define alarms for Redis's memory and evictions; an eviction makes the bestsellers wrong."""
    if mode == "serverless":
        used = Metric("AWS/ElastiCache", "BytesUsedForCache", {"clusterId": name}, "Maximum")
        yield _memory("redis-memory", used, CACHE_FULL * largest_gb * _GB)
        yield _evictions("redis-evictions", {"clusterId": name})
        return
    for node in NODES:
        dimensions = {"CacheClusterId": f"{name}-{node}"}
        share = Metric("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", dimensions, "Maximum")
        yield _memory(f"redis-{node}-memory", share, CACHE_FULL * 100)
        yield _evictions(f"redis-{node}-evictions", dimensions)


def _memory(name: str, used: Metric, threshold: float) -> AlarmDefinition:
    return AlarmDefinition(
        name,
        used,
        threshold,
        f"Redis memory is {CACHE_FULL:.0%} used. Increase `CacheOptions.largest_gb` (serverless) or the node type, or "
        "reduce `GUARD_SECONDS`.",
    )


def _evictions(name: str, dimensions: dict[str, str]) -> AlarmDefinition:
    return AlarmDefinition(
        name,
        Metric("AWS/ElastiCache", "Evictions", dimensions),
        0,
        "Redis evicts data, so the bestsellers are wrong. Increase `CacheOptions.largest_gb` (serverless) or the node "
        "type, then rebuild them.",
        datapoints=1,
        periods=1,
    )


def certificate(arn: str, short_name: str = "certificate") -> Iterator[AlarmDefinition]:
    """Define an alarm for a certificate that expires soon."""
    yield AlarmDefinition(
        f"{short_name}-ends",
        Metric("AWS/CertificateManager", "DaysToExpiry", {"CertificateArn": arn}, "Minimum", _DAY),
        CERTIFICATE_DAYS,
        "ACM has not renewed the certificate. Check the validation record and the delegation of the domain.",
        comparison="<",
        datapoints=1,
        periods=1,
    )


def account_concurrency(limit: int) -> AlarmDefinition:
    """Define the alarm for the account's concurrent invocations in the region. At the limit Lambda throttles."""
    return AlarmDefinition(
        "account-concurrency",
        Metric("AWS/Lambda", "ConcurrentExecutions", {}, "Maximum"),
        CONCURRENCY_USED * limit,
        f"All functions of the account together use more than {CONCURRENCY_USED:.0%} of {limit} concurrent "
        "invocations. At the limit, requests are throttled in this region. The region is busy, not down.",
    )
