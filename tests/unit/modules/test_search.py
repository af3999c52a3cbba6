from tests.support.synthesis import Stack, shop


def region() -> Stack:
    return shop()["eu-west-1"]


def test_builder_is_woken_by_its_own_region() -> None:
    (books,) = [each for each in region().data("aws_dynamodb_table") if "books" in each.id]
    (mapping,) = [
        each.body
        for each in region().resources("aws_lambda_event_source_mapping")
        if "search" in each.body["function_name"]
    ]
    assert mapping["event_source_arn"] == f"${{data.{books.address}.stream_arn}}"
    assert mapping["maximum_batching_window_in_seconds"] == 60
    assert mapping["batch_size"] == 10_000


def test_index_outlives_its_rebuild() -> None:
    (rules,) = [
        each.body["rule"]
        for each in region().resources("aws_s3_bucket_lifecycle_configuration")
        if "search" in each.id
    ]
    assert rules[0]["expiration"][0]["days"] > 2


def test_each_region_has_a_bucket() -> None:
    buckets = {
        name: [each.body["bucket"] for each in shop()[name].resources("aws_s3_bucket") if "search" in each.id]
        for name in ("eu-west-1", "ap-southeast-1")
    }
    assert [len(found) for found in buckets.values()] == [1, 1]
    assert buckets["eu-west-1"] != buckets["ap-southeast-1"]


def test_index_written_late_does_not_keep_the_bucket() -> None:
    kept = {each.id: each.body["force_destroy"] for each in region().resources("aws_s3_bucket")}
    assert [destroyed for name, destroyed in kept.items() if "search" in name] == [True]
    assert [destroyed for name, destroyed in kept.items() if "web" in name] == [False], (
        "a protected deployment"
    )
