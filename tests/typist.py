"""Commands as an administrator types them, on an instance of the test's own."""

from __future__ import annotations

from click.testing import CliRunner, Result

from cli import main
from opendata import config
from opendata.config import Settings


class Typist:
    """Types commands on one instance."""

    def __init__(self, settings: Settings) -> None:
        self.environment = config.to_environment(settings)

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(main, words, env=self.environment, catch_exceptions=False)
