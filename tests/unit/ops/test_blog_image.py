"""Copies of the blog's image, against a registry in memory. botocore checks the requests by ECR's service model."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import httpx
import pytest

from ops import blog_image
from ops.blog_image import ImageError, image_copies
from ops.terraform.engine import Task
from ops.terraform.events import StackProgress
from stacks.settings import LocalCloud, Settings
from stacks.settings.sections import Blog, Features

OLD, NEW = "eu-west-1", "ap-southeast-1"
TAG = "2026-11-01"
SETTINGS = Settings(
    environment="test",
    domain="shop.example",
    regions=(OLD, NEW),
    features=Features(blog=True),
    blog=Blog(image_tag=TAG),
)
PART = 10
OCI = "application/vnd.oci.image"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class EcrError(Exception):
    """An error of ECR by its code."""


@dataclass
class Registry:
    """A region's ECR with one repository."""

    exists: bool = True
    layers: dict[str, bytes] = field(default_factory=dict)
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    upload: bytearray = field(default_factory=bytearray)

    def client(self) -> Any:
        """A boto3 client whose requests this registry answers."""
        client = boto3.Session("key", "secret", region_name=OLD).client("ecr")
        client.meta.events.register("before-call.ecr", self._answer)
        return client

    def push(self, *layers: bytes, tag: str | None = None) -> str:
        """Push an image of these layers; returns its digest."""
        config, *others = ({"digest": self._keep(layer)} for layer in (b"config", *layers))
        return self._write({"config": config, "layers": others}, f"{OCI}.manifest.v1+json", tag)

    def push_index(self, *images: str, tag: str) -> str:
        """Push an index of images."""
        manifests = [{"digest": digest} for digest in images]
        return self._write({"manifests": manifests}, f"{OCI}.index.v1+json", tag)

    def _keep(self, layer: bytes) -> str:
        self.layers[digest_of(layer)] = layer
        return digest_of(layer)

    def _write(self, manifest: Mapping[str, Any], media_type: str, tag: str | None) -> str:
        text = json.dumps(manifest)
        return self._put({"imageManifest": text, "imageManifestMediaType": media_type, "imageTag": tag})

    def _put(self, request: Mapping[str, Any]) -> str:
        digest = digest_of(request["imageManifest"].encode())
        self.images[digest] = {key: request[key] for key in ("imageManifest", "imageManifestMediaType")} | {
            "imageId": {"imageDigest": digest}
        }
        if tag := request.get("imageTag"):
            self.tags[tag] = digest
        return digest

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        try:
            if not self.exists:
                raise EcrError("RepositoryNotFoundException")
            return SimpleNamespace(status_code=200), getattr(self, f"_{model.name}")(
                json.loads(params["body"])
            )
        except EcrError as error:
            return SimpleNamespace(status_code=400), {"Error": {"Code": str(error), "Message": ""}}

    def _BatchGetImage(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        (id,) = request["imageIds"]
        image = self.images.get(id.get("imageDigest") or self.tags.get(id["imageTag"], ""))
        return {"images": [image] if image else [], "failures": []}

    def _BatchCheckLayerAvailability(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        states = {True: "AVAILABLE", False: "UNAVAILABLE"}
        digests = request["layerDigests"]
        return {
            "layers": [
                {"layerDigest": each, "layerAvailability": states[each in self.layers]} for each in digests
            ]
        }

    def _GetDownloadUrlForLayer(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"downloadUrl": f"https://layers.example/{request['layerDigest']}"}

    def _InitiateLayerUpload(self, _request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.upload.clear()
        return {"uploadId": "u1", "partSize": PART}

    def _UploadLayerPart(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert request["uploadId"] == "u1"
        assert request["partFirstByte"] == len(self.upload)
        self.upload += base64.b64decode(request["layerPartBlob"])
        assert request["partLastByte"] == len(self.upload) - 1
        return {}

    def _CompleteLayerUpload(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert self._keep(bytes(self.upload)) == request["layerDigests"][0]
        return {}

    def _PutImage(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        manifest = json.loads(request["imageManifest"])
        layers = [each["digest"] for each in (manifest.get("config"), *manifest.get("layers", ())) if each]
        if not set(layers) <= self.layers.keys():
            raise EcrError("LayersNotFoundException")
        if not {each["digest"] for each in manifest.get("manifests", ())} <= self.images.keys():
            raise EcrError("ReferencedImagesNotFoundException")
        assert self._put(request) == request["imageDigest"]
        return {}


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> dict[str, Registry]:
    registries = {OLD: Registry(), NEW: Registry()}

    def download(request: httpx.Request) -> httpx.Response:
        layer = registries[OLD].layers[request.url.path.removeprefix("/")]
        return httpx.Response(200, stream=httpx.ByteStream(layer))

    monkeypatch.setattr(
        blog_image,
        "boto3",
        SimpleNamespace(client=lambda _ecr, region_name: registries[region_name].client()),
    )
    http = httpx.Client(transport=httpx.MockTransport(download))
    monkeypatch.setattr(httpx, "stream", http.stream)
    return registries


def bring(region: str) -> StackProgress:
    """Bring the image to a region."""
    progress = StackProgress("blog image")
    task = Task(progress, lambda _event: None, lambda _phase: None)
    image_copies(SETTINGS)[f"blog image {region}"](task)
    return progress


def test_added_region_gets_image_with_its_layers(registries: dict[str, Registry]) -> None:
    old, new = registries[OLD], registries[NEW]
    digest = old.push(b"a layer of several parts", b"small", tag=TAG)
    progress = bring(NEW)
    assert new.tags == {TAG: digest}
    assert new.layers == old.layers
    assert (progress.planned, progress.finished) == (3, 3)


def test_index_is_copied_after_its_images(registries: dict[str, Registry]) -> None:
    old, new = registries[OLD], registries[NEW]
    index = old.push_index(old.push(b"arm64"), old.push(b"amd64"), tag=TAG)
    bring(NEW)
    assert new.tags == {TAG: index}
    assert new.images.keys() == old.images.keys()


def test_known_layers_are_not_uploaded(registries: dict[str, Registry]) -> None:
    registries[OLD].push(b"base", b"release", tag=TAG)
    registries[NEW].push(b"base", tag="2026-10-01")
    assert bring(NEW).finished == 1


def test_region_with_image_is_left_alone(registries: dict[str, Registry]) -> None:
    registries[OLD].push(b"base", tag=TAG)
    assert bring(OLD).note == "the image is there"


def test_image_nowhere_names_tag_and_runbook(registries: dict[str, Registry]) -> None:
    registries[NEW].exists = False
    with pytest.raises(ImageError, match=rf"bookstore-test-blog:{TAG}\. Push it to {OLD} .*blog\.md"):
        bring(OLD)


def test_image_is_not_copied_without_tag_or_on_emulator() -> None:
    assert not image_copies(SETTINGS.model_copy(update={"blog": Blog()}))
    assert not image_copies(SETTINGS.model_copy(update={"features": Features()}))
    assert not image_copies(SETTINGS.model_copy(update={"local": LocalCloud()}))
