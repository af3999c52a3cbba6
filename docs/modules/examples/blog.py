from cdktf import TerraformStack

from modules.blog import Blog, BlogHosts, BlogOptions, DatabaseSecret, GlobalDatabase, Image
from modules.network import Network


def example(stack: TerraformStack) -> None:
    secret = DatabaseSecret(
        stack,
        "secret",
        name="books-prod",
        version=1,
        replica_regions=["ap-southeast-1"],
        protected=True,
    )
    Blog(
        stack,
        "blog",
        network=Network(stack, "network", name="books-prod", region="eu-west-1"),
        image=Image(stack, "image", name="books-prod-blog", disposable=False),
        database=GlobalDatabase(stack, "database", name="books-prod", secret=secret, protected=True),
        hosts=BlogHosts(
            shared="blog.books.example.com",
            regional="blog-eu-west-1.books.example.com",
            shop="books.example.com",
            certificate_arn="arn:aws:acm:eu-west-1:111122223333:certificate/example",
        ),
        options=BlogOptions(
            name="books-prod",
            region="eu-west-1",
            primary=True,
            image_tag="2026-11-01",
            admin_addresses=("203.0.113.7/32",),
        ),
    )
