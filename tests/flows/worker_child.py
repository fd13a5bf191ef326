"""A worker that ticks several times a second. Run by test_worker.py."""

from __future__ import annotations

import logging
import sys

import harvesters
from opendata import config
from opendata.commands.context import Context
from opendata.work import process
from opendata.work.workplace import Workplace

logging.basicConfig(
    stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
)
context = Context(config.load(None), harvesters.registry())
process.run(
    Workplace(context.tools, context.open_harvester, context.bring_index_up_to_date), every=0.2
)
