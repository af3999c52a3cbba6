from cdktf import TerraformStack

from modules.observability import RegionAlarms, RegionMetrics, Tracing


def example(stack: TerraformStack) -> None:
    RegionAlarms(
        stack,
        "alarms",
        name="books-prod",
        region="eu-west-1",
        metrics=RegionMetrics(
            api="books-prod",
            throttled_namespace="Bookstore/books-prod",
            stage="live",
            functions={"cart": "books-prod-cart", "catalog": "books-prod-catalog"},
            workers={"feeder": "books-prod-feeder"},
            stream_readers={"feeder": "books-prod-feeder"},
            dead_letters={"feeder": "books-prod-dead-letters"},
            tables={"orders": "books-prod-orders"},
            cache="books-prod-cache",
            cache_mode="serverless",
            cache_largest_gb=1,
            certificate_arn="arn:aws:acm:eu-west-1:111122223333:certificate/example",
            user_pool="eu-west-1_example",
            user_pool_client="example",
            indexes={"orders": ["sweep"]},
        ),
        topic_arn="arn:aws:sns:eu-west-1:111122223333:books-prod-alarms",
    )
    Tracing(stack, "tracing", name="books-prod", rate=0.05)
