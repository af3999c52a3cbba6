from cdktf import TerraformStack

from modules.support.resources import DeadLetterQueue, Record, log_group


def example(stack: TerraformStack) -> None:
    log_group(stack, "logs", name="/books/prod", retention_days=30)
    DeadLetterQueue(stack, "failures", name="books-prod-failures")
    Record(
        stack,
        "docs",
        zone_id="Z0123456789EXAMPLE",
        name="docs.books.example.com",
        type="CNAME",
        ttl=300,
        records=["books.example.com"],
    )
