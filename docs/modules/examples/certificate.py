from cdktf import TerraformStack

from modules.certificate import Certificate, IssuedCertificate


def example(stack: TerraformStack) -> None:
    certificate = Certificate(stack, "certificate", domain="books.example.com")
    certificate.create_validation_record(zone_id="Z0123456789EXAMPLE")
    IssuedCertificate(stack, "issued", certificate_arn=certificate.arn)
