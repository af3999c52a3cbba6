from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.iam_role import IamRole

from modules.permissions import Permissions, Statement, assumed_by


def example(stack: TerraformStack) -> None:
    role = IamRole(stack, "role", name="reader", assume_role_policy=assumed_by(stack, "lambda.amazonaws.com"))
    permissions = Permissions(stack, "permissions", role=role.name)
    permissions.allow(
        Statement(
            "ReadBooks", ("dynamodb:GetItem",), ("arn:aws:dynamodb:eu-west-1:111122223333:table/books",)
        )
    )
