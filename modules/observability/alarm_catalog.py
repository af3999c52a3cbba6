"""What is watched of each kind of thing. The bounds are opinions; each can be argued with in one place.

Metrics and dimensions are those of AWS's own pages:
- https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
- https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
- https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/serverless-metrics-events-redis.html
- https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
"""

from collections.abc import Iterator

from modules.cache import NODES, CacheMode
from modules.observability.alarm import Metric, Query, Watch

ERROR_RATE = 0.01
"""Share of requests answered with a 5xx."""
SLOW_MS = 1500
"""The slowest answer in a hundred."""
ITERATOR_AGE_MS = 60_000
REPLICATION_MS = 10_000
"""Usually under a second; what is lost with a region is what had not left it."""
CACHE_FULL = 0.8
"""Share of the memory."""
CERTIFICATE_DAYS = 30
"""ACM renews 60 days before the end; at 30 something keeps it from that."""

_DAY = 24 * 3600
_GB = 1024**3


def api(name: str, stage: str) -> Iterator[Watch]:
    """Errors and latency of a REST API, as its callers see them."""
    dimensions = {"ApiName": name, "Stage": stage}
    yield Watch(
        "api-errors",
        Metric("AWS/ApiGateway", "5XXError", dimensions, "Average"),
        ERROR_RATE,
        "More than 1 in 100 requests fails. Look at the functions' errors, then at the tables' throttles.",
        hurts_shoppers=True,
    )
    yield Watch(
        "api-latency",
        Metric("AWS/ApiGateway", "Latency", dimensions, "p99"),
        SLOW_MS,
        "1 in 100 requests takes longer than 1.5 s. Look at the traces of slow requests.",
        hurts_shoppers=True,
    )


def function(name: str, short_name: str, *, answers_shoppers: bool) -> Iterator[Watch]:
    """Errors and throttles of a function."""
    dimensions = {"FunctionName": name}
    yield Watch(
        f"{short_name}-errors",
        Metric("AWS/Lambda", "Errors", dimensions),
        0,
        f"{short_name} has raised errors for minutes. Its log says why.",
        hurts_shoppers=answers_shoppers,
    )
    yield Watch(
        f"{short_name}-throttles",
        Metric("AWS/Lambda", "Throttles", dimensions),
        0,
        f"Calls of {short_name} are refused: the account's concurrency in this region is used up.",
        hurts_shoppers=answers_shoppers,
    )


def stream_reader(name: str, short_name: str) -> Iterator[Watch]:
    """How far a function is behind the stream it reads."""
    yield Watch(
        f"{short_name}-behind",
        Metric("AWS/Lambda", "IteratorAge", {"FunctionName": name}, "Maximum"),
        ITERATOR_AGE_MS,
        f"{short_name} is more than a minute behind its stream. Look at its errors, then at Redis.",
    )


def dead_letters(name: str) -> Iterator[Watch]:
    """Whether anything waits for a person."""
    yield Watch(
        "dead-letters",
        Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": name}, "Maximum"),
        0,
        f"Records could not be processed; they wait in {name} for 14 days.",
        bad=1,
        of=1,
    )


def table(name: str, short_name: str) -> Iterator[Watch]:
    """Requests that a table turned away."""
    for way in ("Read", "Write"):
        yield Watch(
            f"{short_name}-{way.lower()}-throttles",
            Metric("AWS/DynamoDB", f"{way}ThrottleEvents", {"TableName": name}),
            0,
            f"{short_name} refuses {way.lower()}s: one key is hot, or the load doubled within half an hour.",
            hurts_shoppers=True,
        )


def replication(table: str, short_name: str) -> Iterator[Watch]:
    """How long a table's changes take to the slowest of the other regions, whichever there are."""
    latency = 'MAX(ReplicationLatency) FROM SCHEMA("AWS/DynamoDB", ReceivingRegion, TableName)'
    yield Watch(
        f"{short_name}-replication",
        Query(f"SELECT {latency} WHERE TableName = '{table}'"),
        REPLICATION_MS,
        f"Changes of {short_name} take more than 10 s to a region; losing this one now loses more.",
    )


def cache(name: str, mode: CacheMode, largest_gb: int) -> Iterator[Watch]:
    """Memory and evictions of Redis; an eviction there is a hole in the ranking."""
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


def _memory(name: str, used: Metric, bound: float) -> Watch:
    return Watch(
        name, used, bound, "Redis is four fifths full: raise its ceiling or keep guards for less long."
    )


def _evictions(name: str, dimensions: dict[str, str]) -> Watch:
    return Watch(
        name,
        Metric("AWS/ElastiCache", "Evictions", dimensions),
        0,
        "Redis throws data away, so best sellers are wrong. Make room, then rebuild them.",
        bad=1,
        of=1,
    )


def certificate(arn: str, short_name: str = "certificate") -> Iterator[Watch]:
    """Whether a certificate is about to end."""
    yield Watch(
        f"{short_name}-ends",
        Metric("AWS/CertificateManager", "DaysToExpiry", {"CertificateArn": arn}, "Minimum", _DAY),
        CERTIFICATE_DAYS,
        "ACM has not renewed the certificate: is its proving record still in the zone, is the domain "
        "delegated?",
        comparison="<",
        bad=1,
        of=1,
    )
