"""The copies of the storefront's files and of the blog's media in the regions' buckets."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import boto3

from ops.aws import client
from stacks.settings import Settings

WEB, MEDIA = "web", "media"


@dataclass(frozen=True)
class Copy:
    """A region's copy compared with the first region's bucket. Keys have the bucket's kind as prefix."""

    objects: int
    """Objects in the first region."""
    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every object is there with the same content."""
        return not self.missing and not self.different


def compare_copies(settings: Settings) -> Mapping[str, Copy]:
    """Compare the buckets of each region with those of the first one.

    Raises:
        BotoCoreError, ClientError: AWS does not answer, or a bucket does not exist yet.
    """
    kinds = [
        kind
        for kind, is_on in ((WEB, settings.features.storefront), (MEDIA, settings.features.blog))
        if is_on
    ]
    if not kinds:
        return {region: Copy(objects=0) for region in settings.regions}
    account = _account(settings)
    listed = {kind: _list_all(settings, kind, account) for kind in kinds}
    return {region: _compare(listed, settings.primary, region) for region in settings.regions}


def copy_missing_media(settings: Settings) -> int:
    """Copy the blog's media that a region lacks from the first region, and return the number of objects.

    S3 replicates only what is written after replication is configured, so a region that is added later has none:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html

    Raises:
        BotoCoreError, ClientError: AWS does not answer.
    """
    if not settings.features.blog:
        return 0
    account = _account(settings)
    listed = _list_all(settings, MEDIA, account)
    source = bucket_name(settings, MEDIA, settings.primary, account)
    source_client = boto3.client("s3", region_name=settings.primary)
    copied = 0
    for region in settings.regions[1:]:
        s3 = boto3.client("s3", region_name=region)
        for key in sorted(listed[settings.primary].keys() - listed[region].keys()):
            s3.copy(
                {"Bucket": source, "Key": key},
                bucket_name(settings, MEDIA, region, account),
                key,
                SourceClient=source_client,
            )
            copied += 1
    return copied


def bucket_name(settings: Settings, kind: str, region: str, account: str) -> str:
    """Return the name of a region's bucket of `kind` in an account, given by its id."""
    return f"{settings.name}-{kind}-{region}-{account}"


def _account(settings: Settings) -> str:
    account: str = client("sts", settings.primary).get_caller_identity()["Account"]
    return account


def _list_all(settings: Settings, kind: str, account: str) -> dict[str, dict[str, str]]:
    """ETags by key, by region."""
    with ThreadPoolExecutor(max_workers=len(settings.regions)) as pool:
        found = pool.map(
            lambda region: _list(bucket_name(settings, kind, region, account), region), settings.regions
        )
        return dict(zip(settings.regions, found, strict=True))


def _list(bucket: str, region: str) -> dict[str, str]:
    pages = client("s3", region).get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", ())}


def _compare(listed: Mapping[str, Mapping[str, Mapping[str, str]]], primary: str, region: str) -> Copy:
    wanted = {f"{kind}/{key}": tag for kind, of in listed.items() for key, tag in of[primary].items()}
    found = {f"{kind}/{key}": tag for kind, of in listed.items() for key, tag in of[region].items()}
    return Copy(
        objects=len(wanted),
        missing=tuple(sorted(wanted.keys() - found.keys())),
        different=tuple(sorted(key for key in wanted.keys() & found.keys() if wanted[key] != found[key])),
    )
