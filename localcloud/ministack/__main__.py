"""Starts MiniStack, mended: `python -P -m localcloud.ministack`, in the emulators' own environment."""

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

# It led here; the functions, which inherit the environment, must not find the checkout.
os.environ.pop("PYTHONPATH", None)
route53.mend()
cloudfront.mend()
connections.mend()
lambda_start.mend()
links = replication.take_over()
persistence.mend(before_saving=links.settle)
app.app = fault_api.Switches(app.app, links)
app.main()
