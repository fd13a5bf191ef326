"""Harvests one source with few files allowed to be open, and says how it ended. Run by
test_processes.py."""

from __future__ import annotations

import resource
import sys

from opendata import config, database
from tests.instance import Instance

source, limit = sys.argv[1], int(sys.argv[2])
settings = config.load(None)
instance = Instance(settings, database.sessions(database.open_engine(settings)))
instance.client()  # what is imported late is imported now
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
run = instance.harvest(source)
sys.stdout.write(f"{run.state}|{run.reason}|{run.detail}\n")
