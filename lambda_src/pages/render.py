"""Puts a page's metadata and first content into the storefront's built `index.html`.

Everything that comes from the catalog is escaped: as HTML, and in JSON-LD so that no text can end the script element.
"""

import json
import re
from collections.abc import Iterable
from html import escape

from pages.models import Document

SITE_NAME = "Meridian Books"
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_DESCRIPTION = re.compile(r'\s*<meta name="description"[^>]*>')
_LANGUAGE = '<html lang="en">'
_CATEGORIES, _CONTENT = "<!--categories-->", "<!--content-->"
"""Places in the build's page (`web/index.html`)."""
_ACTIVE = ' class="active" aria-current="page"'


def render(template: str, document: Document, origin: str, api: str) -> str:
    """Return the template with the document's language, head, category bar and content.

    Args:
        template: the build's `index.html`.
        document: the page.
        origin: address of the storefront, without a slash at the end.
        api: address of the API as the web app calls it, without a slash at the end.
    """
    head = "\n    ".join((*_head(document, origin), *_preloads(document, api)))
    html = _DESCRIPTION.sub("", template, count=1)
    html = _TITLE.sub(lambda _: head, html, count=1)
    html = html.replace(_LANGUAGE, f'<html lang="{escape(document.language)}">', 1)
    html = html.replace(_CATEGORIES, _bar(document), 1)
    return html.replace(_CONTENT, document.content, 1)


def _head(document: Document, origin: str) -> Iterable[str]:
    title, description = escape(_full_title(document)), escape(document.description)
    yield f"<title>{title}</title>"
    yield f'<meta name="description" content="{description}" />'
    if document.canonical is None:
        yield '<meta name="robots" content="noindex" />'
    else:
        address = escape(origin + document.canonical)
        yield f'<link rel="canonical" href="{address}" />'
        yield f'<meta property="og:url" content="{address}" />'
    yield f'<meta property="og:title" content="{title}" />'
    yield f'<meta property="og:description" content="{description}" />'
    yield f'<meta property="og:type" content="{document.kind}" />'
    yield f'<meta property="og:site_name" content="{SITE_NAME}" />'
    yield f'<meta property="og:image" content="{escape(origin)}/apple-touch-icon.png" />'
    for data in document.data:
        # https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
        content = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
        yield f'<script type="application/ld+json">{content}</script>'


def _preloads(document: Document, api: str) -> Iterable[str]:
    # `fetch` uses a preload of the same address, mode and credentials, so the web app sends no second request.
    for path in document.reads:
        yield f'<link rel="preload" href="{escape(api + path)}" as="fetch" crossorigin="anonymous" />'


def _full_title(document: Document) -> str:
    return document.title if document.title == SITE_NAME else f"{document.title} · {SITE_NAME}"


def _bar(document: Document) -> str:
    links = "".join(
        f'<li><a href="{escape(link.href)}"{_ACTIVE if link.href == document.canonical else ""}>'
        f"{escape(link.text)}</a></li>"
        for link in document.categories
    )
    return f"<ul>{links}</ul>" if links else ""
