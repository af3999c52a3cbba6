"""A page of the storefront for machines and for browsers without JavaScript."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Link(NamedTuple):
    """A link with its text; `href` is a path of the storefront, already percent-encoded."""

    href: str
    text: str


class Document(NamedTuple):
    """Metadata of a page. Texts are plain, not HTML."""

    title: str
    description: str
    canonical: str | None
    """Path of the page; None for a page that search engines must not index."""
    kind: str = "website"
    """Type for Open Graph (https://ogp.me/#types)."""
    status: int = 200
    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    data: tuple[Mapping[str, Any], ...] = ()
    """JSON-LD objects (https://schema.org)."""
    reads: tuple[str, ...] = ()
    """Reads of the API that the web app starts with, as paths. The browser sends them while it loads the scripts."""
