"""`opendata source export` and `apply`: all sources as one TOML file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.errors import SettingError, SourceFailure
from opendata.services import source_files
from opendata.services.source_files import Difference


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@pass_context
def export(context: Context, names: tuple[str, ...]) -> None:
    """Print sources, without names all, as a file that `source apply` reads.

    It holds names of variables and no credential.
    """
    with context.sessions() as session:
        click.echo(source_files.export(session, names), nl=False)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--prune", is_flag=True, help="Disable sources that the file does not name; none is removed."
)
@output.json_option
@pass_context
def apply(context: Context, path: Path, *, dry_run: bool, prune: bool, as_json: bool) -> None:
    """Bring the sources to what a file says: all of it, or on a mistake nothing.

    A source is one table [source.NAME]; a key that is left out is not set, and what was set is
    taken away. Sources that the file does not name stay as they are.
    """
    tables = source_files.read(path)
    with context.sessions() as session:
        found = source_files.apply(
            session,
            tables,
            kinds=list(context.registry),
            actor=context.actor,
            harvest=context.settings.harvest,
            prune=prune,
        )
        for difference in found:
            if difference.action != "disabled":
                _check_options(context, difference)
        rows = [_facts(difference) for difference in found]
        if dry_run:
            session.rollback()
        else:
            session.commit()
    if as_json:
        output.as_json({"applied": not dry_run, "differences": rows})
    else:
        _show(rows, dry_run=dry_run, count=len(tables))


def _check_options(context: Context, difference: Difference) -> None:
    try:
        context.check_options(difference.source)
    except SourceFailure as err:
        name = difference.source.name
        raise SettingError(f"Source {name}, key options: {err.detail}.") from err


def _facts(difference: Difference) -> dict[str, Any]:
    return {
        "source": difference.source.name,
        "action": difference.action,
        "fields": {
            key: {"before": before, "after": after}
            for key, (before, after) in difference.fields.items()
        },
    }


def _show(rows: list[dict[str, Any]], *, dry_run: bool, count: int) -> None:
    if not rows:
        click.echo(f"Nothing to change: the sources are as the file says ({count} in it).")
        return
    lines = []
    for row in rows:
        for number, (key, values) in enumerate(row["fields"].items()):
            name, action = ("", "") if number else (row["source"], row["action"])
            lines.append((name, action, key, _cell(values["before"]), _cell(values["after"])))
    title = "What the file would change (nothing was changed)" if dry_run else "Changed"
    output.table(title, ("source", "what", "key", "before", "after"), lines)


def _cell(value: Any) -> Any:
    return "—" if value is None else value
