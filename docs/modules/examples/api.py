from pathlib import Path

from cdktf import TerraformStack

from modules.api import Api, ApiOptions, Hosts, read_contract
from modules.function import Code, Function, Platform
from modules.support.stack_files import Archives, stack_folder


def example(stack: TerraformStack) -> None:
    contract = read_contract(Path("api/openapi.yaml"))
    platform = Platform(
        name="books-prod",
        region="eu-west-1",
        archives=Archives(Path("lambda_src")),
        folder=stack_folder(stack),
    )
    names = sorted({route.function for route in contract.routes})
    functions = {name: Function(stack, name, platform=platform, code=Code(name)) for name in names}
    Api(
        stack,
        "api",
        contract=contract,
        functions=functions,
        hosts=Hosts(
            shared="api.books.example.com",
            regional="api-eu-west-1.books.example.com",
            certificate_arn="arn:aws:acm:eu-west-1:111122223333:certificate/example",
        ),
        options=ApiOptions(
            name="books-prod",
            region="eu-west-1",
            user_pool_arn="arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_example",
            rate=100,
        ),
    )
