"""Starts MiniStack with our patches: `python -P -m localcloud.ministack`, in the emulators' virtual environment."""

import os

from ministack import app  # type: ignore[import-not-found]

from localcloud.ministack import (
    cloudfront,
    connections,
    fault_api,
    lambda_start,
    persistence,
    replication,
    route53,
)

# Lambda functions inherit the environment and must not import the checkout.
os.environ.pop("PYTHONPATH", None)
route53.patch()
cloudfront.patch()
connections.patch()
lambda_start.patch()
links = replication.patch()
persistence.patch(before_saving=links.settle)
app.app = fault_api.FaultApi(app.app, links)
app.main()
