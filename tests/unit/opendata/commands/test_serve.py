"""A port that is taken is said before anything is served."""

from __future__ import annotations

import socket

from click.testing import CliRunner

from cli import main
from opendata import config
from opendata.config import Settings


def test_port_in_use_is_one_sentence(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = config.to_environment(settings)
        result = CliRunner().invoke(main, ["serve", "--port", port], env=environment)
    assert result.exit_code == 1
    assert "choose another with --port" in result.output
    assert "answers on" not in result.output


def test_port_that_is_none_is_refused(settings: Settings) -> None:
    environment = config.to_environment(settings)
    result = CliRunner().invoke(main, ["serve", "--port", "99999"], env=environment)
    assert result.exit_code == 64
