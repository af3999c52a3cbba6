"""What the storefront is told about the rest of the shop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Site:
    """The addresses that the storefront talks to: what `config.json` says and the browser then allows."""

    api: str
    """URL of the API, ending in /v1, answered by whichever region is best."""
    regions: Mapping[str, str]
    """URL of each region's own API, in the order of the settings."""
    user_pool_region: str
    user_pool_id: str
    user_pool_client_id: str
    cognito_endpoint: str | None = None
    """Where Cognito is when it is not at AWS."""
    blog: str | None = None
    """URL that the blog's paths follow, empty for the storefront's own address; None where there is no blog."""

    def config(self) -> dict[str, Any]:
        """Content of `config.json`; the shape is the one that `web/src/config.ts` reads."""
        cognito = {
            "region": self.user_pool_region,
            "userPoolId": self.user_pool_id,
            "userPoolClientId": self.user_pool_client_id,
        }
        if self.cognito_endpoint:
            cognito["endpoint"] = self.cognito_endpoint
        return {
            "api": self.api,
            "regions": [{"name": name, "api": api} for name, api in self.regions.items()],
            "cognito": cognito,
            "blog": self.blog,
        }

    def content_security_policy(self) -> str:
        """Own files only, no inline script or style; requests go to the API, Cognito and the blog alone.

        `data:` images are the icons in Bootstrap's style sheet.
        """
        cognito = self.cognito_endpoint or f"https://cognito-idp.{self.user_pool_region}.amazonaws.com"
        blog = [self.blog] if self.blog else []
        directives = {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "img-src": ["'self'", "data:", *_origins(*blog)],
            "font-src": ["'self'"],
            "manifest-src": ["'self'"],
            "connect-src": ["'self'", *_origins(self.api, *self.regions.values(), cognito, *blog)],
            "base-uri": ["'none'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
        }
        return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def _origins(*urls: str) -> list[str]:
    return list(dict.fromkeys("{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in urls))
