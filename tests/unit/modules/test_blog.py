"""A region's blog: its way in, its tasks, its routes."""

import json
from collections import Counter

import cdktf
import pytest

from modules.blog import BlogEndpoint, BlogRouting, BlogRoutingOptions
from tests.support.synthesis import CHANGED, EVERYTHING, Shop, Stack, shop

REGIONS = ("eu-west-1", "ap-southeast-1")
ONE_REGION_WITHOUT_IMAGE = {"regions": REGIONS[:1], "features": {"blog": True}}


def with_blog() -> Shop:
    return shop(features={"blog": True}, blog={"image_tag": "1"})


@pytest.fixture(scope="module", params=REGIONS)
def stack(request: pytest.FixtureRequest) -> Stack:
    return with_blog()[f"{request.param}-blog"]


def task(of: Stack) -> str:
    """The containers, as the expression that Terraform evaluates."""
    return str(of.only("aws_ecs_task_definition")["container_definitions"])


def test_blog_off_creates_nothing() -> None:
    without = shop(features={"blog": False})
    kinds = {each.kind for one in without.stacks.values() for each in one.resources()}
    assert not {
        kind for kind in kinds if kind.startswith(("aws_rds", "aws_ecs", "aws_lb", "aws_ecr", "aws_nat"))
    }


def test_task_is_read_only_and_unprivileged(stack: Stack) -> None:
    assert '"readonlyRootFilesystem" = true' in task(stack)
    assert '"user" = "33:33"' in task(stack)
    volumes = {volume["name"] for volume in stack.only("aws_ecs_task_definition")["volume"]}
    assert volumes == {"tmp", "run-apache2", "run-lock"}


def test_task_reads_secrets_in_own_region(stack: Stack) -> None:
    containers = task(stack)
    for name in ("WORDPRESS_DB_USER", "WORDPRESS_DB_PASSWORD", "WORDPRESS_SALT"):
        assert f'"name" = "{name}", "valueFrom" = ' in containers
        assert f'"name" = "{name}", "value" = ' not in containers
    region = stack.document["provider"]["aws"][0]["region"]
    assert f":secretsmanager:{region}:" in containers


def test_only_user_container_has_master_credentials(stack: Stack) -> None:
    creating, serving = task(stack).split('"name" = "wordpress"')
    assert "DATABASE_MASTER_PASSWORD" in creating
    assert ":master_password::" in creating
    assert "master" not in serving.lower()
    assert '"condition" = "SUCCESS", "containerName" = "database-user"' in serving or (
        '"containerName" = "database-user", "condition" = "SUCCESS"' in serving
    )


def test_service_runs_in_two_zones(stack: Stack) -> None:
    service = stack.only("aws_ecs_service")
    assert service["desired_count"] == 2
    assert len(service["network_configuration"]["subnets"]) == 2
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    (target,) = stack.resources("aws_lb_target_group")
    assert target.body["health_check"]["path"] == "/healthz"
    assert service["load_balancer"][0]["target_group_arn"] == f"${{{target.address}.arn}}"


def test_only_balancer_reaches_tasks(stack: Stack) -> None:
    (tasks,) = stack.only("aws_ecs_service")["network_configuration"]["security_groups"]
    (balancer,) = stack.only("aws_lb")["security_groups"]
    rules = [rule.body for rule in stack.resources("aws_vpc_security_group_ingress_rule")]
    into_tasks = [rule for rule in rules if rule["security_group_id"] == tasks]
    assert [(rule["referenced_security_group_id"], rule["from_port"]) for rule in into_tasks] == [
        (balancer, 8080)
    ]
    from_anywhere = [rule for rule in rules if rule.get("cidr_ipv4") == "0.0.0.0/0"]
    assert {(rule["security_group_id"], rule["from_port"]) for rule in from_anywhere} == {
        (balancer, 80),
        (balancer, 443),
    }


def test_http_redirects_to_https(stack: Stack) -> None:
    plain = stack.find("aws_lb_listener", port=80).body["default_action"]
    assert [action["type"] for action in plain] == ["redirect"]
    tls = stack.find("aws_lb_listener", port=443).body
    assert "TLS13" in tls["ssl_policy"]


def test_admin_paths_are_closed_by_default(stack: Stack) -> None:
    (rule,) = stack.resources("aws_lb_listener_rule")
    assert rule.body["action"][0]["fixed_response"]["status_code"] == "403"
    paths = rule.body["condition"][0]["path_pattern"]["values"]
    assert {"/wp-admin/*", "/wp-login.php", "/xmlrpc.php"} <= set(paths)
    assert '"name" = "WORDPRESS_ADMIN_ADDRESSES", "value" = ""' in task(stack)


def test_admin_addresses_reach_admin_paths() -> None:
    addresses = CHANGED["blog"]["admin_addresses"]
    stack = shop(**CHANGED)["eu-west-1-blog"]
    rules = sorted(
        (rule.body for rule in stack.resources("aws_lb_listener_rule")), key=lambda rule: rule["priority"]
    )
    *editors, closed = rules
    assert closed["action"][0]["type"] == "fixed-response"
    let_in: list[str] = []
    for rule in editors:
        values = [
            value
            for condition in rule["condition"]
            for kind in condition.values()
            for value in kind["values"]
        ]
        assert len(values) <= 5, "more than a rule may hold"
        let_in += [value for value in values if value in addresses]
    assert let_in == addresses
    assert ",".join(addresses) in task(stack)


def test_nat_gateway_is_optional(stack: Stack) -> None:
    assert not stack.resources("aws_nat_gateway")
    assert stack.only("aws_ecs_service")["network_configuration"]["assign_public_ip"] is True
    behind = shop(**CHANGED)["eu-west-1-blog"]
    assert len(behind.resources("aws_nat_gateway")) == 1
    placed = behind.only("aws_ecs_service")["network_configuration"]
    assert placed["assign_public_ip"] is False
    assert not set(placed["subnets"]) & set(behind.only("aws_lb")["subnets"])


@pytest.mark.parametrize("region", REGIONS)
def test_private_subnets_have_no_internet_route(region: str) -> None:
    """The network's route table has no route, and the blog's stack adds its routes to tables of its own."""
    assert not with_blog()[f"{region}-common"].resources("aws_route")
    assert not with_blog()[region].resources("aws_route")
    blog = with_blog()[f"{region}-blog"]
    own = {f"${{{table.address}.id}}" for table in blog.resources("aws_route_table")}
    assert {route.body["route_table_id"] for route in blog.resources("aws_route")} <= own


def test_repository_exists_before_blog_stack() -> None:
    of = with_blog()
    for region in REGIONS:
        assert of[f"{region}-common"].only("aws_ecr_repository")["name"] == "bookstore-prod-blog"
        assert not of[f"{region}-blog"].resources("aws_ecr_repository")


def test_service_without_image_runs_no_task() -> None:
    stack = shop(**ONE_REGION_WITHOUT_IMAGE)["eu-west-1-blog"]
    assert stack.only("aws_ecs_service")["desired_count"] == 0
    assert not stack.resources("aws_appautoscaling_target")


def test_tasks_scale_within_settings() -> None:
    target = shop(**CHANGED)["eu-west-1-blog"].only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (3, 9)


def test_media_bucket_is_private(stack: Stack) -> None:
    bucket = next(each for each in stack.resources("aws_s3_bucket") if "-media-" in each.body["bucket"])
    block = stack.find("aws_s3_bucket_public_access_block", bucket=f"${{{bucket.address}.id}}").body
    assert all(block[name] is True for name in block if name.startswith(("block_", "ignore_", "restrict_")))


def test_blog_fails_over_in_order_of_regions() -> None:
    stack = with_blog()["blog"]
    records = [
        each.body
        for each in stack.resources("aws_route53_record")
        if each.body["name"] == "blog.books.example.com"
    ]
    assert {record["failover_routing_policy"]["type"]: record["set_identifier"] for record in records} == {
        "PRIMARY": "eu-west-1",
        "SECONDARY": "ap-southeast-1",
    }
    assert all(record["health_check_id"] and record["alias"]["evaluate_target_health"] for record in records)


def test_blog_with_three_regions_is_chain() -> None:
    stack = shop(**EVERYTHING, regions=[*REGIONS, "us-west-2"])["blog"]
    names = [each.body["name"] for each in stack.resources("aws_route53_record")]
    assert names.count("blog.books.example.com") == 2
    assert names.count("standby-blog.books.example.com") == 2
    second = next(
        each.body
        for each in stack.resources("aws_route53_record")
        if each.body["name"] == "blog.books.example.com"
        and each.body["failover_routing_policy"]["type"] == "SECONDARY"
    )
    assert second["alias"]["name"] == "standby-blog.books.example.com"


def test_blog_names_of_eleven_regions_fit_a_label() -> None:
    """Aurora's most: a writer and ten others."""
    stack = cdktf.TerraformStack(cdktf.Testing.app(), "many")
    regions = [f"us-east-{number}" for number in range(11)]
    BlogRouting(
        stack,
        "blog",
        name="bookstore-prod",
        zone_id="Z1",
        endpoints=[BlogEndpoint(each, f"blog-{each}.example.com", "lb", "Z2") for each in regions],
        options=BlogRoutingOptions(host="blog.example.com"),
    )
    records = json.loads(cdktf.Testing.synth(stack))["resource"]["aws_route53_record"].values()
    pairs = Counter(each["name"] for each in records if "failover_routing_policy" in each)
    assert len(pairs) == len(regions) - 1
    assert set(pairs.values()) == {2}
    assert max(len(name.partition(".")[0]) for name in pairs) <= 63


def test_blog_in_one_region_has_primary_record() -> None:
    stack = shop(**ONE_REGION_WITHOUT_IMAGE)["blog"]
    record = stack.find("aws_route53_record", name="blog.books.example.com").body
    assert record["failover_routing_policy"] == {"type": "PRIMARY"}


def test_blog_health_check_requests_readyz() -> None:
    checks = [each.body for each in with_blog()["blog"].resources("aws_route53_health_check")]
    paths = {
        check["fqdn"]: check["resource_path"] for check in checks if check.get("fqdn", "").startswith("blog-")
    }
    assert paths == {f"blog-{region}.books.example.com": "/readyz" for region in REGIONS}


def test_one_role_reads_one_secret(stack: Stack) -> None:
    documents = [
        statement
        for document in stack.data("aws_iam_policy_document")
        for statement in document.body.get("statement", ())
        if "secretsmanager:GetSecretValue" in statement.get("actions", ())
    ]
    assert len(documents) == 1, "one role reads one secret"
    assert "*" not in documents[0]["resources"]
    assert "secret" in json.dumps(documents[0]["resources"])


def test_posts_fall_back_to_empty_list() -> None:
    of = with_blog()
    edge = of["edge"]
    distribution = edge.only("aws_cloudfront_distribution")
    behavior = next(
        each for each in distribution["ordered_cache_behavior"] if each["path_pattern"] == "wp-json/*"
    )
    assert behavior["allowed_methods"] == ["GET", "HEAD"]
    group = next(
        each for each in distribution["origin_group"] if each["origin_id"] == behavior["target_origin_id"]
    )
    first, second = (member["origin_id"] for member in group["member"])
    origins = {origin["origin_id"]: origin for origin in distribution["origin"]}
    assert origins[first]["domain_name"] == "blog.books.example.com"
    assert origins[first]["custom_origin_config"]["origin_protocol_policy"] == "https-only"
    assert "s3" in origins[second]["domain_name"]
    for region in ("eu-west-1", "ap-southeast-1"):
        (index,) = [
            each.body for each in of[region].resources("aws_s3_object") if each.body["key"] == "index.html"
        ]
        posts = of[region].find("aws_s3_object", key="wp-json/wp/v2/posts")
        assert posts.address in index["depends_on"]
    stand_in = posts.body
    assert json.loads(stand_in["content"]) == []


def test_posts_are_cached_by_query_only() -> None:
    of = with_blog()
    policy = of["edge"].find("aws_cloudfront_cache_policy", name="bookstore-prod-blog-posts").body
    key = policy["parameters_in_cache_key_and_forwarded_to_origin"]
    parameters = key["query_strings_config"]
    assert parameters["query_string_behavior"] == "whitelist", "neither a search nor _jsonp reaches WordPress"
    assert set(parameters["query_strings"]["items"]) == {"_fields", "book", "per_page"}
    assert key["cookies_config"]["cookie_behavior"] == "none"
    assert key["headers_config"]["header_behavior"] == "none"


def test_distribution_without_blog_has_no_posts() -> None:
    distribution = shop(features={"storefront": True, "blog": False})["edge"].only(
        "aws_cloudfront_distribution"
    )
    assert all(each["path_pattern"] != "wp-json/*" for each in distribution["ordered_cache_behavior"])
