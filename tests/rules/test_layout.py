"""The house rules that no linter knows: small files, named for their idea, tests that mirror."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("opendata", "harvesters")
_FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "handler"}
_BASES = {"models/base.py", "search/base.py", "readers/base.py"}
_HOSTS = re.compile(r"pypi\.org|pythonhosted|npmjs|crates\.io|maven\.org")


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [ROOT / "cli.py", *sorted(found)]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources(), ids=named)
def test_file_is_small(path: Path) -> None:
    limit = 200 if path.parent.name == "harvesters" else 300
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.parametrize("path", sources(), ids=named)
def test_functions_are_small(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # A function that is one expression is a description, not a procedure.
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and len(n.body) > 1]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno}
    assert {name: lines for name, lines in long.items() if lines > 45} == {}


@pytest.mark.parametrize("path", sources(), ids=named)
def test_file_is_named_for_its_idea(path: Path) -> None:
    assert path.stem not in _FORBIDDEN_NAMES
    if path.stem == "base":
        assert any(str(path).endswith(base) for base in _BASES)


@pytest.mark.parametrize("path", sources(), ids=named)
def test_module_says_its_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", sources(), ids=named)
def test_public_functions_say_what_they_promise(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_shell_and_no_evaluated_text() -> None:
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert "shell=True" not in text
        assert "render_template_string" not in text
        assert not re.search(r"\beval\(|\bpickle\b", text), path


def test_broad_except_lives_in_the_pipeline_only() -> None:
    broad = {named(p) for p in sources() if "except Exception" in p.read_text(encoding="utf-8")}
    assert broad <= {"opendata/pipeline/under_lease.py", "opendata/pipeline/file.py"}


def test_environment_is_read_in_one_place() -> None:
    reads = re.compile(r"os\.getenv|os\.environ(?!\.update)")
    found = {named(p) for p in sources() if reads.search(p.read_text(encoding="utf-8"))}
    assert found == {"opendata/config.py"}


def test_library_does_not_know_the_command_line() -> None:
    for path in sources():
        if path.name != "cli.py":
            assert not re.search(r"^(from|import) cli\b", path.read_text("utf-8"), re.M), path


def test_project_names_no_registry() -> None:
    names = [*ROOT.glob("*.*"), ROOT / "Makefile", *ROOT.glob("opendata/**/*.py")]
    for path in names:
        if path.is_file():
            assert not _HOSTS.search(path.read_text(encoding="utf-8")), path
