"""Starts MiniStack, mended: `python -P -m localcloud.ministack`, in the emulators' own environment."""

import os

from ministack import app  # type: ignore[import-not-found]

from localcloud.ministack import cloudfront, connections, persistence, replication, route53, starting, switch

# It led here; the functions, which inherit the environment, must not find the checkout.
os.environ.pop("PYTHONPATH", None)
route53.mend()
cloudfront.mend()
connections.mend()
starting.mend()
links = replication.take_over()
persistence.mend(before_saving=links.settle)
app.app = switch.Switches(app.app, links)
app.main()
