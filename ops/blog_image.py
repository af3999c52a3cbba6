"""Copies the blog's image into the repositories of regions that lack it, before their services start tasks.

ECR's replication carries only images that are pushed after it was configured, so an added region would have none:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
docs/adr/0026 has the other reasons.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import boto3
import httpx

from ops.errors import OperatorError
from ops.terraform.engine import Task, Work
from ops.terraform.events import Phase
from ops.terraform.graph import image_name
from stacks.settings import Settings

TIMEOUT = 60.0
"""Seconds without a byte of a layer."""
MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
)
"""Kinds of manifests that `docker push` writes."""

Image = Mapping[str, Any]
"""An image of BatchGetImage: `imageId`, `imageManifest`, `imageManifestMediaType`."""


class ImageError(OperatorError):
    """The image cannot be copied."""


def image_copies(settings: Settings) -> dict[str, Work]:
    """The work that brings the blog's image to each region, by its name in the graph; empty without an image."""
    if not settings.features.blog or not settings.blog.image_tag or settings.is_emulated:
        return {}
    return {image_name(region): partial(_bring, settings, region) for region in settings.regions}


def _bring(settings: Settings, region: str, task: Task) -> None:
    task.enter(Phase.PLANNING)
    tag = {"imageTag": str(settings.blog.image_tag)}
    repositories = {each: Repository(each, f"{settings.name}-blog") for each in settings.regions}
    target = repositories.pop(region)
    if target.image(tag):
        task.progress.note = "the image is there"
        return
    for source in repositories.values():
        if image := source.image(tag):
            _Copy(source, target, task).copy(image, tag)
            return
    raise ImageError(
        f"no region has the image {target.name}:{tag['imageTag']}. Push it to {settings.primary} "
        f"(docs/runbooks/blog.md, step 3), then make deploy"
    )


@dataclass(frozen=True)
class Repository:
    """A repository of ECR."""

    region: str
    name: str

    @cached_property
    def client(self) -> Any:
        """The client of ECR in the repository's region."""
        return boto3.client("ecr", region_name=self.region)

    def image(self, id: Mapping[str, str]) -> Image | None:
        """The image with this tag or digest; None if there is none, or no repository."""
        try:
            found = self.client.batch_get_image(
                repositoryName=self.name, imageIds=[id], acceptedMediaTypes=list(MEDIA_TYPES)
            )
        except self.client.exceptions.RepositoryNotFoundException:
            return None
        images: list[Image] = found["images"]
        return images[0] if images else None

    def missing(self, layers: list[str]) -> list[str]:
        """Those of the layers, by digest, that the repository lacks."""
        found = self.client.batch_check_layer_availability(repositoryName=self.name, layerDigests=layers)
        there = {each["layerDigest"] for each in found["layers"] if each["layerAvailability"] == "AVAILABLE"}
        return [layer for layer in layers if layer not in there]

    def read(self, layer: str, part_size: int) -> Iterator[bytes]:
        """The layer's bytes in parts of `part_size`. Raises ImageError when they cannot be read."""
        url = self.client.get_download_url_for_layer(repositoryName=self.name, layerDigest=layer)[
            "downloadUrl"
        ]
        try:
            with httpx.stream("GET", url, timeout=TIMEOUT) as response:
                response.raise_for_status()
                yield from response.iter_raw(part_size)
        except httpx.HTTPError as error:
            raise ImageError(
                f"a layer of the blog's image could not be read: {error}. Try again: make deploy"
            ) from error


@dataclass(frozen=True)
class _Copy:
    source: Repository
    target: Repository
    task: Task

    def copy(self, image: Image, tag: Mapping[str, str]) -> None:
        """Copy the image: its layers first, for an index its images first."""
        manifest = json.loads(image["imageManifest"])
        for each in manifest.get("manifests", ()):
            id = {"imageDigest": each["digest"]}
            if not self.target.image(id):
                self.copy(self._part(id), {})
        if "config" in manifest:
            self._copy_layers(
                [manifest["config"]["digest"], *(each["digest"] for each in manifest["layers"])]
            )
        # ECR compares the digest, and the manifest's layers with those that were uploaded.
        with contextlib.suppress(self.target.client.exceptions.ImageAlreadyExistsException):
            self.target.client.put_image(
                repositoryName=self.target.name,
                imageManifest=image["imageManifest"],
                imageManifestMediaType=image["imageManifestMediaType"],
                imageDigest=image["imageId"]["imageDigest"],
                **tag,
            )

    def _part(self, id: Mapping[str, str]) -> Image:
        image = self.source.image(id)
        if image is None:
            raise ImageError(
                f"{self.source.region} lacks {id['imageDigest']}, a part of the image: push it again"
            )
        return image

    def _copy_layers(self, layers: list[str]) -> None:
        missing = self.target.missing(list(dict.fromkeys(layers)))
        self.task.progress.planned += len(missing)
        for layer in missing:
            self.task.progress.busy = {f"layer {layer} from {self.source.region}": None}
            self.task.enter(Phase.APPLYING)
            self._copy_layer(layer)
            self.task.progress.finished += 1

    def _copy_layer(self, layer: str) -> None:
        client, where = self.target.client, {"repositoryName": self.target.name}
        upload = client.initiate_layer_upload(**where)
        where["uploadId"] = upload["uploadId"]
        first = 0
        for part in self.source.read(layer, upload["partSize"]):
            last = first + len(part) - 1
            client.upload_layer_part(**where, partFirstByte=first, partLastByte=last, layerPartBlob=part)
            first = last + 1
        with contextlib.suppress(client.exceptions.LayerAlreadyExistsException):
            client.complete_layer_upload(**where, layerDigests=[layer])
