import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.plan.variants import AS_HCL, STACKS, STACKS_AS_HCL, VARIANTS
from tests.support.planning import Changes, Planned, Secrets, plan
from tests.support.synthesis import shop

WRITE = """
import json, sys
from pathlib import Path
from modules.support import fast_synth
fast_synth.enable()
from tests.support.synthesis import write
write(Path(sys.argv[1]), json.loads(sys.argv[2]))
"""


@pytest.fixture(scope="session")
def secrets() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Secrets) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def hcl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the stacks as `cdktf synth --hcl` does; return the folder."""
    folder = tmp_path_factory.mktemp("hcl")
    # `cdktf synth --hcl` sets this variable. CDKTF's Node process reads it when it starts.
    environment = os.environ | {"SYNTH_HCL_OUTPUT": "true"}
    settings = json.dumps(VARIANTS[AS_HCL])
    subprocess.run([sys.executable, "-c", WRITE, folder, settings], env=environment, check=True)
    return folder


@pytest.fixture(scope="session")
def plans(hcl: Path, secrets: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Changes]:
    """Changes by variant and stack, as in `least-edge`, or `hcl` and stack. One plan has them all."""
    variants = {name: shop(**settings) for name, settings in VARIANTS.items()}
    stacks = {
        f"{name}-{stack}": Planned(variants[name], stack, variants[name].folder) for name, stack in STACKS
    }
    stacks |= {f"hcl-{stack}": Planned(variants[AS_HCL], stack, hcl) for stack in STACKS_AS_HCL}
    return plan(tmp_path_factory.mktemp("plans"), stacks, secrets)
