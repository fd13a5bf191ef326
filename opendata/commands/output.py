"""How commands speak: tables for people, JSON for programs, one sentence for an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from opendata.records import HARMFUL, harmless
from opendata.vocabulary import advice, said

_F = TypeVar("_F", bound=Callable[..., Any])
_LINE_ENDS = re.compile(r"[\t\n\r]")


def json_option(command: _F) -> _F:
    """Add `--json` to a command."""
    option: Callable[[_F], _F] = click.option(
        "--json", "as_json", is_flag=True, help="Print JSON for programs."
    )
    return option(command)


def as_json(value: Any) -> None:
    """Print a value as JSON, times as ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    # A screen would obey them; as escapes they mean the same to a program.
    click.echo(HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def error(sentence: str) -> None:
    """Print what went wrong, beside the output proper."""
    click.echo(f"Error: {harmless(sentence)}", err=True)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(title: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table; text from sources cannot move the cursor or colour the screen."""
    drawn = Table(show_lines=False, box=None, pad_edge=False)
    for header in headers:
        drawn.add_column(header, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(clean(cell)) for cell in row))
    # Not a terminal: do not fold at 80 characters what another program reads.
    console = Console(width=None if Console().is_terminal else 200)
    if title:
        # Not as the table's own title, which would be folded to the width of the table.
        console.print(Text(title, style="bold"))
    console.print(drawn)


def clean(value: Any) -> str:
    """Return a cell as text without control characters; times as people here write them."""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%d/%m/%Y %H:%M %Z")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else _LINE_ENDS.sub("�", harmless(str(value)))


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1_000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1_000
    return f"{amount:.1f} TB"


def in_words(code: str) -> dict[str, dict[str, str]]:
    """Return what a code of the vocabulary says and what to do about it, in both languages."""
    return {
        "what": {language: said(code, language) for language in ("vi", "en")},
        "fix": {language: advice(code, language) for language in ("vi", "en")},
    }
