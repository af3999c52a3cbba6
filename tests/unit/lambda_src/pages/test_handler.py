import pytest

from pages.handler import handle
from tests.support.api_events import event, send


def test_page_without_storefront_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anyone can send the request, and a 500 would start alarms and roll back deployments."""
    monkeypatch.delenv("WEB_BUCKET")
    answer = send(handle, event("GET", "/pages/index.html"))
    assert answer.status == 404
    assert "This bookstore has no storefront." in answer.text
