"""`opendata worker --status`: how the queue is, for people and programs."""

from __future__ import annotations

import json

from click.testing import CliRunner

from cli import main
from opendata import config
from opendata.config import Settings


def test_state_of_the_queue_is_told(settings: Settings) -> None:
    environment = config.to_environment(settings)
    said = CliRunner().invoke(main, ["worker", "--status"], env=environment)
    assert (said.exit_code, "0 workers are alive" in said.output) == (0, True)
    told = CliRunner().invoke(main, ["worker", "--status", "--json"], env=environment)
    assert json.loads(told.stdout) == {"workers": 0, "waiting": 0, "under_way": 0}


def test_worker_needs_a_place_for_a_source(settings: Settings) -> None:
    environment = config.to_environment(settings)
    refused = CliRunner().invoke(main, ["worker", "--sources", "0"], env=environment)
    assert refused.exit_code == 64
