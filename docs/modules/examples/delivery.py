from cdktf import TerraformStack

from modules.delivery import Delivery, DeliveryOptions, GitHub, Site


def example(stack: TerraformStack) -> None:
    Delivery(
        stack,
        "delivery",
        name="books-prod",
        source=GitHub("owner/name", "main"),
        site=Site(
            bucket="books-prod-web-eu-west-1",
            bucket_arn="arn:aws:s3:::books-prod-web-eu-west-1",
            distribution_id="E0123456789",
            distribution_arn="arn:aws:cloudfront::111122223333:distribution/E0123456789",
        ),
        options=DeliveryOptions(emails=["operators@example.com"]),
    )
