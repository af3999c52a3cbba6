"""Decides which requests to a local port are answered. Every HTTP port of the local cloud checks its requests with it.

A page in the developer's browser can send requests to loopback addresses. Without this gate any web site could call
the emulator, which runs code as the developer. Programs send neither `Origin` nor `Sec-Fetch-*` headers.

Standard library only: the emulator and the edge run in different virtual environments.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.layout import HOST

COGNITO_TARGET = "AWSCognitoIdentityProviderService."


@dataclass(frozen=True)
class LocalGate:
    """The rules of one port. `Host` must name a loopback address, and no request may come from another site.

    `origins`: the only pages that may call the port; None leaves that to the CORS rules of the application.
    `cognito_only`: pages may only call Cognito.
    `pages`: the port serves pages, so links of other sites may open them.
    """

    origins: frozenset[str] | None = None
    cognito_only: bool = False
    pages: bool = False
    hosts: frozenset[str] = field(default_factory=frozenset)
    """Further host names, such as the site's own domain."""

    def refusal(self, method: str, headers: Mapping[str, str]) -> str | None:
        """Reason that a request is refused; None if it is allowed. `headers` has lower-case names."""
        if not self._is_loopback(headers.get("host", "")):
            return "the Host header does not name this machine"
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site == "cross-site" and not (self.pages and method == "GET" and _is_navigation(headers)):
            return "requests of other sites are refused"
        if self.origins is None or (site is None and origin is None):
            return None
        if origin is None:
            is_own = site in ("none", "same-origin") or (self.pages and _is_navigation(headers))
            return None if is_own and not self.cognito_only else "requests of web pages are refused"
        if origin not in self.origins:
            return "pages of this origin are refused"
        if self.cognito_only and not _calls_cognito(method, headers):
            return "pages may only call Cognito"
        return None

    def _is_loopback(self, host: str) -> bool:
        name = host.lower()
        name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
        if name in self.hosts or name == "localhost" or name.endswith((".localhost", f".{HOST}")):
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def own_origins(*ports: int) -> frozenset[str]:
    """The origins of the pages that these ports serve."""
    return frozenset(f"http://{name}:{port}" for name in (HOST, "localhost") for port in ports)


def asgi_headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """Headers of an ASGI request by lower-case name."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _is_navigation(headers: Mapping[str, str]) -> bool:
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _calls_cognito(method: str, headers: Mapping[str, str]) -> bool:
    if method == "OPTIONS":
        return "x-amz-target" in headers.get("access-control-request-headers", "").lower()
    return method == "POST" and headers.get("x-amz-target", "").startswith(COGNITO_TARGET)
