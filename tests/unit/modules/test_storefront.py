import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.synthesis import EVERYTHING, LOCAL, Body, Stack, construct, shop, web_dist

from modules.storefront import Site, WebFiles  # isort: skip  tests.support.synthesis loads CDKTF the fast way
from modules.storefront import __file__ as package  # isort: skip
from tests.support.waiting import TIMEOUT_SECONDS

TWO = ["eu-west-1", "ap-southeast-1"]
THREE = [*TWO, "us-west-2"]
DOMAIN = "books.example.com"
ENTRY = ("assets/index-1a2b.js", "assets/index-1a2b.js.br")


def edge(**changes: Any) -> Stack:
    return shop(**changes)["edge"]


def distribution(**changes: Any) -> Body:
    return edge(**changes).only("aws_cloudfront_distribution")


def files(dist: Path) -> Stack:
    return construct(lambda stack: WebFiles(stack, "files", dist=dist, bucket="web", domain=DOMAIN))


def build(folder: Path, *names: str) -> Path:
    for name in ("index.html", *names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"content of {name}")
    return folder


def uploaded(stack: Stack) -> dict[str, Body]:
    """The objects by key, without the code of functions."""
    objects = stack.resources("aws_s3_object")
    return {each.body["key"]: each.body for each in objects if not each.id.startswith("code_")}


class TestDistribution:
    def test_second_bucket_serves_on_failure(self) -> None:
        group = regions_group(distribution())

        assert [member["origin_id"] for member in group["member"]] == TWO
        assert set(group["failover_criteria"]["status_codes"]) == {403, 404, 500, 502, 503, 504}
        for behavior in behaviors(distribution()):
            assert behavior["target_origin_id"] in (group["origin_id"], "pages-or-index")
            assert set(behavior["allowed_methods"]) == {"GET", "HEAD"}  # origin groups support no others

    def test_origin_times_out_within_three_seconds(self) -> None:
        for origin in distribution()["origin"]:
            assert origin["connection_attempts"] * origin["connection_timeout"] <= 3

    def test_third_region_has_copy_but_no_origin(self) -> None:
        stack = edge(regions=THREE)
        group = regions_group(stack.only("aws_cloudfront_distribution"))

        assert [member["origin_id"] for member in group["member"]] == TWO
        replicated = [rule["id"] for rule in stack.only("aws_s3_bucket_replication_configuration")["rule"]]
        assert replicated == THREE[1:]

    def test_one_region_has_no_origin_group(self) -> None:
        stack = edge(regions=["us-east-1"])

        (group,) = stack.only("aws_cloudfront_distribution")["origin_group"]
        assert group["origin_id"] == "pages-or-index"
        assert stack.resources("aws_s3_bucket_replication_configuration") == []
        for behavior in stack.only("aws_cloudfront_distribution")["ordered_cache_behavior"]:
            assert behavior["target_origin_id"] == "us-east-1"

    def test_bucket_requests_are_signed(self) -> None:
        for origin in distribution()["origin"]:
            assert ("origin_access_control_id" in origin) == (origin["origin_id"] in TWO)
        control = edge().only("aws_cloudfront_origin_access_control")
        assert (control["signing_behavior"], control["signing_protocol"]) == ("always", "sigv4")

    def test_distribution_uses_modern_protocols(self) -> None:
        found = distribution()

        assert found["http_version"] == "http2and3"
        assert found["is_ipv6_enabled"] is True
        assert found["viewer_certificate"]["minimum_protocol_version"] == "TLSv1.2_2021"
        for behavior in behaviors(found):
            assert behavior["viewer_protocol_policy"] == "redirect-to-https"
            assert behavior["compress"] is True
            assert "response_headers_policy_id" in behavior

    def test_distribution_has_no_error_pages(self) -> None:
        assert "custom_error_response" not in distribution()

    def test_only_hashed_files_are_cached(self) -> None:
        entry, assets, *root = distribution()["ordered_cache_behavior"]
        assert {each["cache_policy_id"] for each in root} == {"4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
        assert {"config.json", "robots.txt"} <= {each["path_pattern"] for each in root}
        assert (entry["path_pattern"], assets["path_pattern"]) == ("assets/index-*", "assets/*")
        for each in (entry, assets):
            assert each["cache_policy_id"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"

    def test_pages_fall_back_to_the_second_bucket(self) -> None:
        (group,) = [each for each in distribution()["origin_group"] if each["origin_id"] == "pages-or-index"]
        assert [member["origin_id"] for member in group["member"]] == ["pages", "ap-southeast-1"]
        assert 404 not in group["failover_criteria"]["status_codes"]
        assert distribution()["default_cache_behavior"]["target_origin_id"] == "pages-or-index"

    @pytest.mark.parametrize(("limit", "waf"), [(2000, True), (0, False)])
    def test_web_acl_follows_setting(self, limit: int, waf: bool) -> None:
        stack = edge(firewall={"requests_per_5_minutes": limit})

        assert ("web_acl_id" in stack.only("aws_cloudfront_distribution")) is waf
        if waf:
            acl = stack.find("aws_wafv2_web_acl", scope="CLOUDFRONT").body
            assert acl["provider"] == "aws.us-east-1"
            priorities = [rule["priority"] for rule in acl["rule"]]
            assert len(set(priorities)) == len(priorities)
            assert any("rate_based_statement" in rule["statement"] for rule in acl["rule"])
            (logging,) = stack.resources("aws_wafv2_web_acl_logging_configuration")
            assert logging.body["provider"] == "aws.us-east-1"

    def test_waf_feature_adds_page_rules(self) -> None:
        acl = edge(**EVERYTHING).find("aws_wafv2_web_acl", scope="CLOUDFRONT").body
        managed = [rule["statement"].get("managed_rule_group_statement", {}) for rule in acl["rule"]]
        assert "AWSManagedRulesCommonRuleSet" in [group.get("name") for group in managed]

    def test_apex_and_www_have_aliases(self) -> None:
        found = {
            (record.body["name"], record.body["type"])
            for record in edge().resources("aws_route53_record")
            if "cloudfront" in record.body.get("alias", {}).get("name", "")
        }
        assert found == {(host, kind) for host in (DOMAIN, f"www.{DOMAIN}") for kind in ("A", "AAAA")}
        assert distribution()["aliases"] == [DOMAIN, f"www.{DOMAIN}"]

    def test_distribution_waits_for_certificate(self) -> None:
        issued = edge().only("aws_acm_certificate_validation")

        assert issued["provider"] == "aws.us-east-1"
        certificate = distribution()["viewer_certificate"]["acm_certificate_arn"]
        assert certificate.startswith("${aws_acm_certificate_validation.")

    def test_only_local_cloud_skips_waiting(self) -> None:
        assert distribution()["wait_for_deployment"] is True
        assert distribution(**LOCAL)["wait_for_deployment"] is False


class TestSecurityHeaders:
    def test_security_headers_override_origin(self) -> None:
        policy = edge().only("aws_cloudfront_response_headers_policy")
        security = policy["security_headers_config"]

        assert all(header["override"] is True for header in security.values())
        assert security["strict_transport_security"]["include_subdomains"] is True
        assert security["strict_transport_security"]["access_control_max_age_sec"] >= 31_536_000
        assert security["frame_options"]["frame_option"] == "DENY"
        assert {"content_security_policy", "content_type_options", "referrer_policy"} <= security.keys()
        custom = {item["header"]: item for item in policy["custom_headers_config"]["items"]}
        assert custom["Permissions-Policy"]["override"] is True
        assert "payment=()" in custom["Permissions-Policy"]["value"]


class TestAccessLogs:
    def test_access_logs_use_own_stack(self) -> None:
        of = shop(regions=TWO[:1], log_retention_days=14)
        (bucket,) = of["logs"].resources("aws_s3_bucket")
        destination = of["edge"].only("aws_cloudwatch_log_delivery_destination")

        assert bucket.body["provider"] == "aws.us-east-1"
        assert bucket.id in json.dumps(destination["delivery_destination_configuration"])
        (rule,) = of["logs"].only("aws_s3_bucket_lifecycle_configuration")["rule"]
        assert rule["expiration"] == [{"days": 14}]

    def test_only_log_delivery_writes_logs(self) -> None:
        (document,) = shop()["logs"].data("aws_iam_policy_document")
        (allowed,) = [each for each in document.body["statement"] if each.get("effect") != "Deny"]

        assert allowed["principals"] == [{"type": "Service", "identifiers": ["delivery.logs.amazonaws.com"]}]
        assert allowed["actions"] == ["s3:PutObject"]
        conditions = {each["variable"]: each["values"] for each in allowed["condition"]}
        assert conditions["s3:x-amz-acl"] == ["bucket-owner-full-control"]
        (account,) = conditions["aws:SourceAccount"]
        assert account.startswith("${data.aws_caller_identity.")

    def test_log_bucket_needs_storefront(self) -> None:
        of = shop(features={"storefront": False})
        assert f"{of.name}-logs" not in of.stacks


class TestSite:
    SITE = Site(
        api="https://api.b.example/v1",
        regions={"eu-west-1": "https://api-eu-west-1.b.example/v1"},
        user_pool_region="eu-west-1",
        user_pool_id="pool",
        user_pool_client_id="client",
        blog="https://blog.b.example",
    )

    def test_csp_allows_shop_addresses_only(self) -> None:
        directives = policy(self.SITE)

        assert directives["default-src"] == ["'none'"]
        assert directives["script-src"] == ["'self'"]
        assert directives["frame-ancestors"] == ["'none'"]
        assert directives["connect-src"] == [
            "'self'",
            "https://api.b.example",
            "https://api-eu-west-1.b.example",
            "https://cognito-idp.eu-west-1.amazonaws.com",
            "https://blog.b.example",
        ]

    def test_csp_forbids_inline_code(self) -> None:
        text = self.SITE.content_security_policy()
        assert "unsafe" not in text
        assert "*" not in text

    def test_config_matches_web_app(self) -> None:
        assert self.SITE.config() == {
            "api": "https://api.b.example/v1",
            "regions": [{"name": "eu-west-1", "api": "https://api-eu-west-1.b.example/v1"}],
            "cognito": {"region": "eu-west-1", "userPoolId": "pool", "userPoolClientId": "client"},
            "blog": "https://blog.b.example",
            "links": {},
            "signUpCode": None,
        }

    def test_local_cognito_is_configured(self) -> None:
        site = Site("http://h:1/v1", {}, "eu-west-1", "pool", "client", "http://h:2", None)

        assert site.config()["cognito"]["endpoint"] == "http://h:2"
        assert policy(site)["connect-src"] == ["'self'", "http://h:1", "http://h:2"]


class TestFiles:
    def test_cache_control_depends_on_kind(self, tmp_path: Path) -> None:
        found = uploaded(files(build(tmp_path, *ENTRY, "favicon.svg")))

        assert found["assets/index-1a2b.js"]["cache_control"] == "public, max-age=31536000, immutable"
        assert found["index.html"]["cache_control"] == "no-cache"
        assert found["favicon.svg"]["cache_control"] == "public, max-age=3600"
        assert found["favicon.svg"]["content_type"] == "image/svg+xml"

    def test_index_is_uploaded_last(self, tmp_path: Path) -> None:
        stack = files(build(tmp_path, *ENTRY, "favicon.svg"))

        others = {
            each.address for each in stack.resources("aws_s3_object") if each.body["key"] != "index.html"
        }
        assert set(uploaded(stack)["index.html"]["depends_on"]) == others

    def test_old_files_are_deleted_after_upload(self, tmp_path: Path) -> None:
        stack = files(build(tmp_path, *ENTRY))
        assert uploaded(stack)["assets/index-1a2b.js"]["lifecycle"] == {"create_before_destroy": True}

    def test_config_comes_from_settings(self, tmp_path: Path) -> None:
        assert "config.json" not in uploaded(files(build(tmp_path, "config.json")))
        config = uploaded(edge())["config.json"]
        assert "source" not in config
        assert config["cache_control"] == "no-cache"
        assert '"blog" = null' in config["content"]

    def test_changed_file_is_uploaded_again(self, tmp_path: Path) -> None:
        first = uploaded(files(build(tmp_path)))["index.html"]
        again = uploaded(files(build(tmp_path)))["index.html"]
        (tmp_path / "index.html").write_text("something else")
        changed = uploaded(files(tmp_path))["index.html"]

        assert first == again
        assert first["source"] == changed["source"] == "web/index.html"
        assert first["source_hash"] != changed["source_hash"]
        of = shop()
        for key, body in uploaded(of[TWO[1]]).items():
            if "source" in body:
                copy = of.folder / "stacks" / f"{of.name}-{TWO[1]}" / body["source"]
                assert body["source_hash"] == hashlib.sha256(copy.read_bytes()).hexdigest(), key

    def test_compressed_file_keeps_type_and_caching(self, tmp_path: Path) -> None:
        found = uploaded(files(build(tmp_path, *ENTRY)))
        original, copy = (found[name] for name in ENTRY)

        assert copy["content_encoding"] == "br"
        assert "content_encoding" not in original
        for same in ("content_type", "cache_control"):
            assert copy[same] == original[same]

    def test_entry_without_compressed_copy_fails(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="no compressed copy"):
            files(build(tmp_path, *ENTRY[:1]))

    def test_missing_build_error_names_command(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="make web"):
            files(tmp_path)

    @pytest.mark.parametrize("name", ["data.bin", "images/cover.svg"])
    def test_unservable_file_fails(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ValueError, match=name):
            files(build(tmp_path, name))

    @pytest.mark.parametrize("region", THREE)
    def test_each_region_uploads_whole_build(self, region: str) -> None:
        """S3 replicates nothing that was written before its rule, so an added region would have no files."""
        found = uploaded(shop(regions=THREE)[region])
        assert {
            *(file.relative_to(web_dist()).as_posix() for file in web_dist().rglob("*.*")),
            "robots.txt",
        } == set(found)
        assert len(found["index.html"]["depends_on"]) == len(found) - 1

    def test_config_is_written_after_replication(self) -> None:
        """It names the regions, so it is written and replicated again when one is added."""
        stack = edge()
        (replication,) = stack.resources("aws_s3_bucket_replication_configuration")
        assert replication.address in uploaded(stack)["config.json"]["depends_on"]

    def test_distribution_waits_for_config(self) -> None:
        config = edge().find("aws_s3_object", key="config.json")
        assert config.address in distribution()["depends_on"]


class TestReplication:
    def test_replication_includes_deletions(self) -> None:
        for rule in edge(regions=THREE).only("aws_s3_bucket_replication_configuration")["rule"]:
            assert rule["delete_marker_replication"] == {"status": "Enabled"}
            assert rule["status"] == "Enabled"

    def test_replication_rules_have_own_priority(self) -> None:
        rules = edge(regions=THREE).only("aws_s3_bucket_replication_configuration")["rule"]
        assert len({rule["priority"] for rule in rules}) == len(rules)


class TestRoute:
    @pytest.mark.parametrize(
        ("uri", "path"),
        [
            ("/", "/"),
            ("/index.html", "/"),
            ("/cart", "/cart"),
            ("/books/learning.node.js", "/books/learning.node.js"),
            ("/category/Sci.%20Fi", "/category/Sci.%20Fi"),
        ],
    )
    def test_route_asks_for_page(self, uri: str, path: str) -> None:
        answer = route(uri, host=DOMAIN, query={"utm": {"value": "x"}})
        assert answer["uri"] == "/index.html"
        assert answer["querystring"] == {
            "language": {"value": "en"},
            "path": {"value": quote(path, safe="")},
        }

    @pytest.mark.parametrize(
        ("accepted", "language"),
        [
            ("de-CH, en;q=0.8", "de"),
            ("fr, zh-Hant-TW;q=0.9, de;q=0.8", "zh"),
            ("fr;q=1", "en"),
            ("den, DE;q=0.5", "de"),
            ("", "en"),
        ],
    )
    def test_route_asks_for_language(self, accepted: str, language: str) -> None:
        headers = {"host": {"value": DOMAIN}, "accept-language": {"value": accepted}}
        answer = route("/", host=DOMAIN, headers=headers)
        assert answer["querystring"]["language"] == {"value": language}

    @pytest.mark.parametrize(
        ("uri", "query"), [("/sitemap.xml", {}), ("/sitemap-12.xml", {"part": {"value": "12"}})]
    )
    def test_route_splits_sitemap(self, uri: str, query: dict[str, Any]) -> None:
        answer = route(uri, host=DOMAIN)
        assert (answer["uri"], answer["querystring"]) == ("/sitemap.xml", query)

    def test_route_redirects_www(self) -> None:
        answer = route("/books/x", host=f"www.{DOMAIN}")

        assert answer["statusCode"] == 301
        assert answer["headers"]["location"]["value"] == f"https://{DOMAIN}/books/x"

    def test_redirect_keeps_query(self) -> None:
        query = {
            "after": {"value": "c%2F1%3D"},
            "tag": {"value": "a", "multiValue": [{"value": "a"}, {"value": "b"}]},
        }
        answer = route("/category/Poetry", host=f"www.{DOMAIN}", query=query)

        location = f"https://{DOMAIN}/category/Poetry?after=c%2F1%3D&tag=a&tag=b"
        assert answer["headers"]["location"]["value"] == location


class TestEncode:
    ENTRY = "/assets/index-1a2b.js"

    @pytest.mark.parametrize(
        "accepted", ["br", "gzip, deflate, br, zstd", "gzip;q=0.5, br;q=0.9", "BR", "gzip,br;q=1.0"]
    )
    def test_encode_serves_brotli_if_accepted(self, accepted: str) -> None:
        assert encode(self.ENTRY, {"accept-encoding": {"value": accepted}}) == f"{self.ENTRY}.br"

    @pytest.mark.parametrize(
        "accepted", ["", "gzip, deflate", "br;q=0", "gzip, br; q=0.000", "brr", "identity"]
    )
    def test_encode_serves_original_otherwise(self, accepted: str) -> None:
        assert encode(self.ENTRY, {"accept-encoding": {"value": accepted}}) == self.ENTRY
        assert encode(self.ENTRY, {}) == self.ENTRY


def regions_group(found: Body) -> Body:
    (group,) = [each for each in found["origin_group"] if each["origin_id"] == "regions"]
    return dict(group)


def behaviors(found: Body) -> list[Body]:
    return [found["default_cache_behavior"], *found["ordered_cache_behavior"]]


def policy(site: Site) -> dict[str, list[str]]:
    directives = (directive.split() for directive in site.content_security_policy().split("; "))
    return {name: sources for name, *sources in directives}


def route(uri: str, *, host: str, query: Mapping[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    request = {
        "uri": uri,
        "headers": {"host": {"value": host}},
        "querystring": dict(query or {}),
        **given,
    }
    return viewer_request("route", request)


def encode(uri: str, headers: Mapping[str, Any]) -> str:
    return str(viewer_request("encode", {"uri": uri, "headers": headers})["uri"])


def viewer_request(function: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Run the CloudFront function in Node and return its result."""
    code = Path(package).with_name(f"{function}.js").read_text()
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps({'request': request})})))"
    node = shutil.which("node")
    assert node
    done = subprocess.run(
        [node, "-e", script], capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
