from cdktf import TerraformStack

from modules.private_bucket import PrivateBucket, Versioned


def example(stack: TerraformStack) -> None:
    PrivateBucket(stack, "bucket", name="books-prod-files", content=Versioned(days=30), disposable=False)
