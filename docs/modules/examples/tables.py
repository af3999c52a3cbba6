from cdktf import TerraformStack

from modules.tables import BaseTables, RegionTables, TableSpec


def example(stack: TerraformStack) -> None:
    base = BaseTables(
        stack,
        "base-tables",
        name="books-prod",
        protected=True,
        tables=[TableSpec(name="reviews", hash_key="bookId", range_key="customerId")],
    )
    RegionTables(stack, "tables", names=base.names)
