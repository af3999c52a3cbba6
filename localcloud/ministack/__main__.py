"""Starts MiniStack with our patches: `python -P -m localcloud.ministack`, in the emulators' virtual environment."""

import os
from pathlib import Path

from ministack import app  # type: ignore[import-not-found]
from ministack.core.persistence import STATE_DIR  # type: ignore[import-not-found]

from localcloud.local_gate import LocalGate, own_origins
from localcloud.ministack import (
    cloudfront,
    cloudwatch,
    connections,
    fault_api,
    lambda_start,
    password_reset,
    persistence,
    recording,
    repeated_requests,
    replication,
    route53,
    sign_in,
    transport,
)
from localcloud.ministack.state_store import StateStore

# Lambda functions inherit the environment and must not import the checkout.
os.environ.pop("PYTHONPATH", None)
route53.patch()
cloudfront.patch()
cloudwatch.patch()
connections.patch()
lambda_start.patch()
transport.patch()
password_reset.patch()
sign_in.patch()
links = replication.patch()
state = persistence.Persistence(StateStore(Path(STATE_DIR)), links)
state.patch()
storefront = own_origins(int(os.environ["STOREFRONT_PORT"]))
gate = LocalGate(origins=storefront, cognito_only=True)
durable = repeated_requests.RepeatedRequestsApp(persistence.DurableApp(app.app, state))
served: fault_api.Asgi = fault_api.FaultApi(durable, links)
if recorded := os.environ.pop("RECORD_REQUESTS", ""):
    served = recording.RecordingApp(served, Path(recorded))
app.app = fault_api.GatedApp(served, gate)
app.main()
