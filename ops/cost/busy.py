"""The cost of a busy month by service: costs that depend on use."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.cost.prices import Prices

MILLION = 1e6


@dataclass(frozen=True)
class Month:
    """The use of a month, and the assumptions about each page view and each order."""

    orders: float = 1e6
    page_views: float = 50e6
    active_users: float = 500_000
    files_per_view: float = 4
    """CloudFront's requests: browsers keep the build's files for a year."""
    kb_per_view: float = 80
    requests_per_view: float = 1.5
    """API requests, also those of CloudFront for pages that it has not cached."""
    requests_per_order: float = 8
    """API requests from the first change of the cart to the order."""
    kb_per_request: float = 4
    """Compressed answer."""
    reads_per_request: float = 3
    """Read units of DynamoDB."""
    writes_per_order: float = 12
    """Write units in one region: cart lines, order, its index, stock and counters."""
    kb_per_order: float = 2
    seconds_per_request: float = 0.03
    gb_of_function: float = 0.5
    log_bytes_per_request: float = 900
    trace_rate: float = 0.05
    series_per_region: int = 8
    """Custom metrics, counted by the values of their dimensions."""

    @property
    def requests(self) -> float:
        """API requests of shoppers."""
        return self.page_views * self.requests_per_view + self.orders * self.requests_per_order

    def assumptions(self) -> str:
        """The assumptions as a sentence."""
        return (
            f"Assumed: {self.orders / MILLION:g} million orders, {self.page_views / MILLION:g} million page views, "
            f"{self.active_users:,.0f} active users. A view: {self.files_per_view:g} requests to CloudFront, "
            f"{self.kb_per_view:g} KB, {self.requests_per_view:g} API requests. An order: "
            f"{self.requests_per_order:g} API requests, {self.writes_per_order:g} write units in each region. "
            f"An API request: {self.kb_per_request:g} KB, {self.reads_per_request:g} read units, "
            f"{self.seconds_per_request * 1000:g} ms of {self.gb_of_function:g} GB, "
            f"{self.log_bytes_per_request:g} bytes of logs; {self.trace_rate:.0%} are traced. Prices of eu-west-1 for "
            "all regions. It comes on top of the idle month, without the blog."
        )


@dataclass(frozen=True)
class Line:
    """A service's cost in a month."""

    service: str
    quantity: str
    usd: float


def busy_month(prices: Prices, *, regions: int, firewall: bool, month: Month = Month()) -> Sequence[Line]:
    """Return the cost of each service, the most expensive first."""
    requests, views = month.requests, month.page_views
    millions = {
        "API Gateway": (requests, "api_request_million", "requests"),
        "CloudFront, requests": (views * month.files_per_view, "cloudfront_request_million", "requests"),
        "DynamoDB, reads": (requests * month.reads_per_request, "dynamodb_read_million", "units"),
        "DynamoDB, writes": (
            month.orders * month.writes_per_order * regions,
            "dynamodb_write_million",
            "units",
        ),
        "X-Ray": (requests * month.trace_rate, "trace_million", "traces"),
        "ElastiCache": (month.orders * 10 * regions, "cache_command_million", "commands"),
        "Route 53": (requests * 0.1, "route53_query_million", "queries"),
    }
    if firewall:
        millions["WAF"] = (requests + views * month.files_per_view, "web_acl_request_million", "requests")
    lines = [
        Line(service, f"{count / MILLION:,.1f} million {unit}", count / MILLION * prices.monthly(key))
        for service, (count, key, unit) in millions.items()
    ]
    gb_seconds = requests * month.seconds_per_request * month.gb_of_function
    lambda_usd = requests / MILLION * prices.monthly("lambda_request_million")
    lambda_usd += gb_seconds * prices.monthly("lambda_gb_second")
    lines += [
        Line("Lambda", f"{requests / MILLION:,.1f} million requests", lambda_usd),
        Line(
            "Cognito",
            f"{month.active_users:,.0f} active users",
            month.active_users * prices.monthly("cognito_user"),
        ),
        _by_gb("CloudFront, transfer", views * month.kb_per_view, prices.monthly("cloudfront_gb")),
        _by_gb("API, transfer", requests * month.kb_per_request, prices.monthly("transfer_gb")),
        _by_gb("CloudWatch Logs", requests * month.log_bytes_per_request / 1e3, prices.monthly("log_gb")),
        _by_gb(
            "DynamoDB, new data", month.orders * month.kb_per_order * regions, prices.monthly("dynamodb_gb")
        ),
        _by_gb(
            "Replication, transfer",
            month.orders * month.writes_per_order * (regions - 1),
            prices.monthly("transfer_region_gb"),
        ),
        Line(
            "CloudWatch metrics",
            f"{month.series_per_region * regions} custom metrics",
            month.series_per_region * regions * prices.monthly("metric"),
        ),
    ]
    return sorted(lines, key=lambda line: -line.usd)


def _by_gb(service: str, kilobytes: float, price: float) -> Line:
    gigabytes = kilobytes / 1e6
    return Line(service, f"{gigabytes:,.1f} GB", gigabytes * price)
