"""`python -m localcloud.edge`: serves until SIGTERM. `localcloud up` starts it."""

import asyncio
import logging

from localcloud.edge.server import run

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(run())
