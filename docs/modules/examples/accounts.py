from pathlib import Path

from cdktf import TerraformStack

from modules.accounts import Accounts, AccountsOptions, UserPool
from modules.function import Platform
from modules.support.stack_files import Archives, stack_folder
from modules.tables import RegionTables


def example(stack: TerraformStack) -> None:
    tables = RegionTables(stack, "tables", names={"orders": "books-prod-orders"})
    Accounts(
        stack,
        "accounts",
        platform=Platform(
            name="books-prod",
            region="eu-west-1",
            archives=Archives(Path("lambda_src")),
            folder=stack_folder(stack),
        ),
        orders=tables["orders"],
        user_pool=UserPool(
            id="eu-west-1_books", arn="arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_books"
        ),
        options=AccountsOptions(schedule="rate(5 minutes)"),
    )
