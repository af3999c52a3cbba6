"""A page of the storefront for machines, and for browsers before or without the web app."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Texts(NamedTuple):
    """Texts of one language that the first content of pages needs."""

    headline: str
    lead: str
    """Text below the headline of the home page."""
    action: str
    """Text of the home page's link to the best sellers."""
    bestsellers: str
    categories: Mapping[str, str]
    """Translated names of categories by their names in the catalog."""
    introduction: str
    """Text below the name of a category that is not in `introductions`."""
    introductions: Mapping[str, str]
    """Texts below names of categories, by their names in the catalog."""

    def introduction_of(self, category: str) -> str:
        """Return the text below a category's name."""
        return self.introductions.get(category, self.introduction)

    def category(self, name: str) -> str:
        """Return a category's name in the language; its own name if there is no translation."""
        return self.categories.get(name, name)


class Build(NamedTuple):
    """The storefront's build: its `index.html`, and the texts that it has for pages."""

    html: str
    texts: Mapping[str, Texts]
    """By language."""


class Link(NamedTuple):
    """A link with its text; `href` is a path of the storefront, already percent-encoded."""

    href: str
    text: str


class Document(NamedTuple):
    """A page. Texts are plain, except `content`."""

    title: str
    description: str
    canonical: str | None
    """Path of the page; None for a page that search engines must not index."""
    language: str
    """Language of the content."""
    content: str
    """HTML, escaped."""
    kind: str = "website"
    """Type for Open Graph (https://ogp.me/#types)."""
    status: int = 200
    categories: tuple[Link, ...] = ()
    """Links of the category bar."""
    data: tuple[Mapping[str, Any], ...] = ()
    """JSON-LD objects (https://schema.org)."""
    reads: tuple[str, ...] = ()
    """Reads of the API that the web app starts with, as paths. The browser sends them while it loads the scripts."""
