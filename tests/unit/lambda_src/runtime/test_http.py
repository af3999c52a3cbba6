import base64
import json
from typing import Any

import pytest

from runtime.errors import Misconfigured, NotFound, PriceChanged, Unavailable
from runtime.http import Markup, Request, Response, Router
from tests.support.api_events import CLIENT, Answer, event, send

router = Router()
KEY_VALUE = {"a": 1}


@router.route("POST", "/echo")
def echo(request: Request) -> Response:
    return Response(request.body)


@router.route("GET", "/who")
def who(request: Request) -> Response:
    return Response({"customer": request.sign_in.customer_id})


@router.route("GET", "/query")
def query(request: Request) -> Response:
    return Response({"value": request.query("name")})


@router.route("HEAD", "/page")
@router.route("GET", "/page")
def page(request: Request) -> Response:
    return Response(Markup("<p>text</p>"), headers={"cache-control": "public"})


@router.route("HEAD", "/missing")
def missing(request: Request) -> Response:
    raise NotFound("It does not exist.")


@router.route("GET", "/broken")
def broken(request: Request) -> Response:
    raise ZeroDivisionError("secret-looking detail")


@router.route("GET", "/changed")
def changed(request: Request) -> Response:
    raise PriceChanged("Look again.", total=5)


@router.route("GET", "/misconfigured")
def misconfigured(request: Request) -> Response:
    raise Misconfigured("TABLE is not set.")


@router.route("GET", "/away")
def away(request: Request) -> Response:
    raise Unavailable("Try again.")


def post(body: str | None, content_type: str | None = "application/json", *, encoded: bool = False) -> Answer:
    headers = None if content_type is None else {"CONTENT-Type": content_type}
    return send(router, event("POST", "/echo", headers=headers, body=body, base64=encoded))


def get(resource: str, **parts: Any) -> Answer:
    return send(router, event("GET", resource, **parts))


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_body_is_parsed(content_type: str) -> None:
    assert post(json.dumps(KEY_VALUE), content_type).json == KEY_VALUE
    assert post(base64.b64encode(b'{"a":1}').decode(), content_type, encoded=True).json == KEY_VALUE
    assert post('{"name":"Złota księga 📚"}').json == {"name": "Złota księga 📚"}


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/json-patch+json", "*/*"])
def test_other_media_type_is_refused(content_type: str | None) -> None:
    assert post("{}", content_type).status == 415


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "nonsense",
        "[]",
        '"text"',
        "null",
        "1",
        '{"a":NaN}',
        '{"a":1}{"b":2}',
        '{"a":1,"a":2}',
        '{"a":' * 20_000,
        "[" * 60_000,
        '{"a":' + "9" * 5000 + "}",
        '\ud800{"a":1}',
    ],
)
def test_body_without_json_object_is_refused(body: str | None) -> None:
    answer = post(body)
    assert answer.status in (400, 413)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", ["*", "abc", base64.b64encode(b"\xff\xfe{}").decode(), "ä"])
def test_wrong_encoding_is_refused(body: str) -> None:
    assert post(body, encoded=True).status == 400


def test_large_body_is_refused() -> None:
    assert post(json.dumps({"a": "x" * 65_536})).status == 413
    assert post(json.dumps({"a": "ä" * 33_000}, ensure_ascii=False)).status == 413
    assert post(base64.b64encode(b" " * 70_000).decode(), encoded=True).status == 413


def test_unknown_route_or_method_is_refused() -> None:
    assert get("/nowhere").status == 404
    assert send(router, event("DELETE", "/echo")).status == 405
    assert send(router, {**event("GET", "/x"), "resource": None}).status == 404


def test_head_has_headers_of_get_without_body() -> None:
    head, found = send(router, event("HEAD", "/page")), get("/page")
    assert found.text == "<p>text</p>"
    assert (head.status, head.headers, head.text) == (200, found.headers, "")
    failed = send(router, event("HEAD", "/missing"))
    assert (failed.status, failed.headers["content-type"]) == (404, "application/problem+json")
    assert failed.text == ""
    assert send(router, event("HEAD", "/who")).status == 405


@pytest.mark.parametrize(
    "claims",
    [
        None,
        {},
        {"sub": "ada"},
        {"token_use": "id", "aud": CLIENT},
        {"sub": "", "token_use": "id", "aud": CLIENT},
        {"sub": "ada", "token_use": "access", "aud": CLIENT},
        {"sub": "ada", "token_use": "access", "client_id": CLIENT},
        {"sub": "a" * 129, "token_use": "id", "aud": CLIENT},
        {"sub": "ada", "token_use": "id", "aud": "another client"},
        {"sub": "ada", "token_use": "id"},
    ],
)
def test_request_without_id_token_is_refused(claims: dict[str, str] | None) -> None:
    assert get("/who", claims=claims).status == 401


def test_customer_is_subject_of_id_token() -> None:
    assert get("/who", claims={"sub": "ada", "token_use": "id", "aud": CLIENT}).json == {"customer": "ada"}


def test_repeated_parameter_is_refused() -> None:
    assert get("/query", query={"name": "x"}).json == {"value": "x"}
    assert get("/query").json == {"value": None}
    twice = event("GET", "/query", query={"name": "x"})
    twice["multiValueQueryStringParameters"] = {"name": ["x", "y"]}
    assert send(router, twice).status == 400


def test_problem_has_details_of_error() -> None:
    answer = get("/changed")
    assert answer.json == {
        "type": "urn:bookstore:problem:price-changed",
        "title": PriceChanged.title,
        "status": 409,
        "detail": "Look again.",
        "instance": "urn:bookstore:request:r-1",
        "total": 5,
    }


def test_bug_is_logged_but_not_returned(capsys: pytest.CaptureFixture[str]) -> None:
    answer = get("/broken")
    (line,) = capsys.readouterr().out.splitlines()
    assert answer.status == 500
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in json.loads(line)["cause"]
    assert json.loads(line)["level"] == "ERROR"


def test_missing_setting_is_logged_but_not_returned(capsys: pytest.CaptureFixture[str]) -> None:
    answer = get("/misconfigured")
    assert (answer.status, "TABLE" in answer.text) == (500, False)
    assert "TABLE" in capsys.readouterr().out


def test_answers_have_region_and_cors_headers() -> None:
    for answer in (get("/query"), get("/away"), get("/broken"), get("/nowhere")):
        assert answer.headers["x-region"] == "eu-west-1"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"].startswith("max-age=63072000")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-expose-headers"] == "x-region, retry-after"
    assert get("/away").headers["retry-after"] == "1"


def test_request_writes_one_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    get("/query", query={"name": "value"}, claims={"sub": "ada", "token_use": "id", "aud": CLIENT})
    (line,) = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert (logged["route"], logged["status"], logged["request_id"]) == ("GET /query", 200, "r-1")
    assert logged["region"] == "eu-west-1"
    assert "ada" not in line


def test_error_text_is_its_detail() -> None:
    assert str(NotFound("Nothing here.")) == "Nothing here."
