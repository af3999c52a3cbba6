"""The deployed environment, from its Terraform outputs: how commands find names and addresses."""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3

from ops.errors import DeploymentError
from ops.synthesis import stack_folder
from ops.terraform.process import Terraform
from stacks.settings import Settings

OUTPUTS_VARIABLE = "DEPLOYMENT_OUTPUTS"
"""Names a JSON file with every stack's outputs, which the local cloud keeps. Without it Terraform is run."""
BLOG = "blog"
"""End of the names of the blog's stacks: one in each region, and one for its DNS."""
COMMON = "-common"
"""End of the names of stacks whose outputs only other stacks read."""


@dataclass(frozen=True)
class Outputs:
    """One stack's outputs by name."""

    stack: str
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """The output `name`, a string. Raises DeploymentError when the stack has none."""
        return str(self._value(name))

    def texts(self, name: str) -> dict[str, str]:
        """The output `name`, a map of strings. Raises DeploymentError when the stack has none."""
        return {key: str(value) for key, value in dict(self._value(name)).items()}

    def text_or_none(self, name: str) -> str | None:
        """The output `name`, or None where a feature that makes it is off."""
        value = self.values.get(name)
        return None if value in (None, "") else str(value)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise DeploymentError(
                f"stack {self.stack} has no output {name!r}: deploy it again with this checkout"
            )
        return self.values[name]


@dataclass(frozen=True)
class Shared:
    """The outputs of the stacks that exist once, before any region: the global stack and the zone's."""

    zone_id: str
    user_pool_id: str
    user_pool_client_id: str
    user_pool_region: str

    @classmethod
    def of(cls, outputs: Outputs, dns: Outputs) -> Self:
        """Read the outputs of both stacks."""
        return cls(
            zone_id=dns.text("zone_id"),
            user_pool_id=outputs.text("user_pool_id"),
            user_pool_client_id=outputs.text("user_pool_client_id"),
            user_pool_region=outputs.text("user_pool_region"),
        )


@dataclass(frozen=True)
class Region:
    """The outputs of a region's stack. `tables` and `functions` map short names to names in AWS."""

    region: str
    api_id: str
    api_stage: str
    api_domain: str
    tables: Mapping[str, str]
    functions: Mapping[str, str]
    web_bucket: str | None
    more: Mapping[str, Any]
    """Outputs of optional features (`blog_...`)."""

    @classmethod
    def of(cls, outputs: Outputs, blog: Mapping[str, Any] | None) -> Self:
        """Read the outputs of a region's stack and of its blog's, which may be absent."""
        known = {name for name in cls.__dataclass_fields__ if name != "more"}
        more = {**outputs.values, **(blog or {})}
        return cls(
            region=outputs.text("region"),
            api_id=outputs.text("api_id"),
            api_stage=outputs.text("api_stage"),
            api_domain=outputs.text("api_domain"),
            tables=outputs.texts("tables"),
            functions=outputs.texts("functions"),
            web_bucket=outputs.text_or_none("web_bucket"),
            more={name: value for name, value in more.items() if name not in known},
        )


@dataclass(frozen=True)
class Edge:
    """The outputs of the edge stack, health checks by region. `endpoint_checks` are the children of `health_checks`."""

    api_domain: str
    health_checks: Mapping[str, str]
    endpoint_checks: Mapping[str, str]
    distribution_id: str | None
    distribution_domain_name: str | None

    @classmethod
    def of(cls, outputs: Outputs) -> Self:
        """Read the edge stack's outputs."""
        return cls(
            api_domain=outputs.text("api_domain"),
            health_checks=outputs.texts("health_checks"),
            endpoint_checks=outputs.texts("endpoint_checks"),
            distribution_id=outputs.text_or_none("distribution_id"),
            distribution_domain_name=outputs.text_or_none("distribution_domain_name"),
        )


@dataclass(frozen=True)
class DeployedRegions:
    """The regions of an environment, the primary first.

    Available before the stacks that span all regions are deployed.
    """

    settings: Settings
    regions: Mapping[str, Region]

    @classmethod
    def of(cls, settings: Settings, values: Mapping[str, Mapping[str, Any]]) -> Self:
        """From the outputs of the regions' stacks. Raises DeploymentError where one is missing."""
        return cls(settings, _regions(settings, values))

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client in `region`, or in the primary."""
        return boto3.client(service, region_name=region or self.settings.regions[0])


@dataclass(frozen=True)
class Deployment(DeployedRegions):
    """A deployed environment: its settings and all its outputs."""

    shared: Shared
    edge: Edge
    outputs: Mapping[str, Mapping[str, Any]]
    """Every stack's outputs, by the stack's name after `<project>-<environment>-`."""

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Read every stack's outputs, from the local cloud's file or from Terraform.

        Raises DeploymentError when a stack is not deployed or not synthesized here.
        """
        copy = os.environ.get(OUTPUTS_VARIABLE)
        if copy:
            return cls.read(settings, Path(copy))
        return cls.of(settings, terraform_outputs(settings))

    @classmethod
    def read(cls, settings: Settings, path: Path) -> Self:
        """Read the outputs from a file of `write`. Raises DeploymentError when it cannot be read."""
        return cls.of(settings, _read_copy(path))

    @classmethod
    def of(cls, settings: Settings, values: Mapping[str, Mapping[str, Any]]) -> Self:
        """From every stack's outputs. Raises DeploymentError when a stack or an output is missing."""
        return cls(
            settings=settings,
            shared=Shared.of(_outputs(settings, values, "global"), _outputs(settings, values, "dns")),
            regions=_regions(settings, values),
            edge=Edge.of(_outputs(settings, values, "edge")),
            outputs=values,
        )

    def write(self, path: Path) -> None:
        """Write the outputs to `path`, atomically."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(self.outputs, indent=2))
        new.replace(path)


def _read_copy(path: Path) -> dict[str, dict[str, Any]]:
    try:
        outputs: dict[str, dict[str, Any]] = json.loads(path.read_text())
    except FileNotFoundError as missing:
        raise DeploymentError("nothing is deployed here yet: run `make up`") from missing
    except json.JSONDecodeError as broken:
        raise DeploymentError(f"{path} cannot be read: run `make up` again") from broken
    return outputs


def _regions(settings: Settings, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Region]:
    return {
        region: Region.of(_outputs(settings, values, region), values.get(f"{region}-blog"))
        for region in settings.regions
    }


def _outputs(settings: Settings, values: Mapping[str, Mapping[str, Any]], part: str) -> Outputs:
    if not values.get(part):
        raise DeploymentError(f"stack {settings.name}-{part} is not deployed: run `make deploy`")
    return Outputs(part, values[part])


def load_shared(settings: Settings) -> Shared:
    """Read the outputs of the stacks that exist once, and no others: a region may be lost with its states.

    Raises as `Deployment.load` does.
    """
    parts = ("global", "dns")
    copy = os.environ.get(OUTPUTS_VARIABLE)
    values = _read_copy(Path(copy)) if copy else _terraform_outputs(settings, parts)
    return Shared.of(*(_outputs(settings, values, part) for part in parts))


def terraform_outputs(settings: Settings) -> dict[str, dict[str, Any]]:
    """Every stack's outputs from Terraform; empty for a stack that was never deployed.

    Raises DeploymentError before a synth, TerraformError when a state cannot be read.
    """
    return _terraform_outputs(
        settings, [name for name in settings.stack_regions if not name.endswith(COMMON)]
    )


def _terraform_outputs(settings: Settings, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    for name in names:
        _check_synthesized(f"{settings.name}-{name}")
    with ThreadPoolExecutor(max_workers=len(names)) as pool:
        outputs = pool.map(lambda name: stack_outputs(f"{settings.name}-{name}"), names)
        return dict(zip(names, outputs, strict=True))


def _check_synthesized(stack: str) -> None:
    if not (stack_folder(stack) / "cdk.tf.json").exists():
        raise DeploymentError(f"{stack_folder(stack)} holds no Terraform: run `make synth` first")


def stack_outputs(stack: str) -> dict[str, Any]:
    """The outputs of one stack, by its full name; empty if it was never deployed. Raises TerraformError."""
    terraform = Terraform(stack)
    terraform.prepare()
    outputs = json.loads(terraform.text("output", "-json", "-no-color"))
    return {name: output["value"] for name, output in outputs.items()}
