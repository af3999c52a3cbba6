"""Runs the Aurora proxy of the named regions: `python -m localcloud.blog REGION...`."""

import asyncio
import logging
import sys

from localcloud.blog.aurora import serve
from localcloud.blog.service import Blog
from localcloud.layout import Layout, url
from localcloud.processes import Supervisor

if __name__ == "__main__":
    layout = Layout.from_environment()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    database = Blog(layout, sys.argv[1:], Supervisor(layout.cloud, layout.log)).database()
    asyncio.run(serve(database, url(layout.aws), layout.rds, layout.aurora_writer))
