from pathlib import Path

from cdktf import TerraformStack

from modules.code_bucket import CodeBucket
from modules.function import Code, Function, Platform
from modules.support.stack_files import Archives, stack_folder


def example(stack: TerraformStack) -> None:
    platform = Platform(
        name="books-prod",
        region="eu-west-1",
        archives=Archives(Path("lambda_src")),
        folder=stack_folder(stack),
        code_bucket=CodeBucket(stack, "code", name="books-prod-code-eu-west-1", disposable=False),
    )
    for domain in ("catalog", "health"):
        Function(stack, domain, platform=platform, code=Code(domain))
