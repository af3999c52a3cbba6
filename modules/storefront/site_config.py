"""Configuration of the web app: addresses of the API, the user pool and the blog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Site:
    """Addresses that the web app uses: the content of `config.json`, and the sources that its CSP allows."""

    api: str
    """URL of the API on the shared host name, ending in `/v1`."""
    regions: Mapping[str, str]
    """URL of each region's API, in the order of the settings."""
    user_pool_region: str
    """Region of the user pool."""
    user_pool_id: str
    """ID of the user pool."""
    user_pool_client_id: str
    """ID of the storefront's client."""
    cognito_endpoint: str | None = None
    """URL of an emulated Cognito. None: AWS's."""
    blog: str | None = None
    """Base URL of the blog's paths. Empty: the storefront's own address. None: there is no blog."""
    links: Mapping[str, str] = field(default_factory=dict)
    """URLs of the footer by name: `blog`, `source`, `imprint`, `controlRoom`; each is optional."""
    sign_up_code: str | None = None
    """Code that confirms any account, in a local cloud, which sends no e-mail."""

    def config(self) -> dict[str, Any]:
        """Return the content of `config.json`, as `web/src/config.ts` reads it."""
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
            "links": dict(self.links),
            "signUpCode": self.sign_up_code,
        }

    def content_security_policy(self) -> str:
        """Return the CSP: own files only, no inline code, requests to the API, Cognito and the blog.

        Bootstrap's style sheet contains icons as `data:` images.
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
