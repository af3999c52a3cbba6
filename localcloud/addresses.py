"""Addresses of a running local cloud: a file for tools, and a table for people."""

import json
import os
from collections.abc import Mapping, Sequence

from rich.table import Table

from localcloud.environment import SIGN_UP_CODE
from localcloud.layout import Layout, url
from ops.deployment import Deployment


def edge_ports(layout: Layout, regions: Sequence[str]) -> list[int]:
    """Every port that the edge listens on."""
    regional = [
        port
        for index in range(len(regions))
        for port in (layout.regional_api(index), layout.regional_blog(index))
    ]
    return [layout.storefront, layout.api, layout.control_room, layout.blog, *regional]


def write_endpoints(layout: Layout, deployment: Deployment, *, has_blog: bool) -> None:
    """Write the file that tests and tools read."""
    new = layout.endpoints.with_suffix(".new")
    new.write_text(json.dumps(endpoints(layout, deployment, has_blog=has_blog), indent=2) + "\n")
    new.replace(layout.endpoints)


def endpoints(layout: Layout, deployment: Deployment, *, has_blog: bool) -> Mapping[str, object]:
    """Addresses by name. The blog's are included only while it runs."""
    regions = deployment.settings.regions
    return {
        "api": f"{url(layout.api)}/v1",
        "storefront": url(layout.storefront),
        "regions": {
            region: {
                "api": f"{url(layout.regional_api(index))}/v1",
                **({"blog": url(layout.regional_blog(index))} if has_blog else {}),
            }
            for index, region in enumerate(regions)
        },
        **({"blog": url(layout.blog)} if has_blog else {}),
        "aws_endpoint": url(layout.aws),
        "user_pool_id": deployment.shared.user_pool_id,
        "user_pool_client_id": deployment.shared.user_pool_client_id,
        "user_pool_region": deployment.shared.user_pool_region,
        "control_room": url(layout.control_room),
    }


def addresses(layout: Layout, regions: Sequence[str], *, blog: str) -> Table:
    """Table of the addresses. `blog` is the blog's address or state; empty without the feature."""
    table = Table(
        title="The bookstore is running", title_justify="left", title_style="bold green", show_header=False
    )
    table.add_column(style="bold")
    table.add_column(style="cyan")
    table.add_column(style="dim")
    table.add_row("Storefront", url(layout.storefront), "CloudFront over every region's bucket")
    table.add_row("Sign-up code", SIGN_UP_CODE, "no mail is sent on this machine")
    if blog:
        table.add_row("Blog", *blog_row(layout, blog))
    table.add_row("Control room", url(layout.control_room), "the regions, live")
    table.add_row("API", f"{url(layout.api)}/v1", "the nearest healthy region, as Route 53 answers")
    for index, region in enumerate(regions):
        table.add_row(f"API in {region}", f"{url(layout.regional_api(index))}/v1", "this region alone")
    table.add_row(
        "AWS", url(layout.aws), f"AWS_ENDPOINT_URL; addresses for tools: {os.path.relpath(layout.endpoints)}"
    )
    return table


def blog_row(layout: Layout, blog: str) -> tuple[str, str]:
    """Address and description of the blog, or a dash and the reason why it does not run."""
    if blog == url(layout.blog):
        return blog, "the first healthy region's WordPress"
    return "–", blog
