"""`opendata source`: the addresses that we harvest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.models import Publisher, Source
from opendata.services import sources
from opendata.services.sources import SourceChange


@click.group()
def source() -> None:
    """The sources that are harvested."""


def _change_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--secret-env", metavar="VARIABLE", help="Variable that holds the credential."
        ),
        click.option(
            "--option",
            "options",
            multiple=True,
            metavar="KEY=VALUE",
            help="Option of the harvester.",
        ),
        click.option("--policy", help="publish, flag (default) or hold what comes."),
        click.option("--schema", metavar="NAME", help="Published table schema of its files."),
        click.option(
            "--licence",
            metavar="ID",
            help="Licence where the source names none.",
        ),
        click.option(
            "--publisher",
            metavar="CODE",
            help="Agency of all its datasets; without it, as told.",
        ),
        click.option("--url", help="Address of the source (needed)."),
        click.option("--kind", help="Protocol (needed): ckan, file_list …"),
    ):
        command = option(command)
    return command


@source.command()
@click.argument("name")
@_change_options
@pass_context
def add(context: Context, /, name: str, **values: Any) -> None:
    """Add a source."""
    with context.sessions() as session:
        added = sources.add(
            session, name, _change(values), kinds=list(context.registry), actor=context.actor
        )
        context.check_options(added)
        session.commit()
    click.echo(f"Added. Harvest it with `opendata harvest run {name}`.")


@source.command(name="set")
@click.argument("name")
@_change_options
@pass_context
def set_(context: Context, /, name: str, **values: Any) -> None:
    """Change a source; its datasets keep their addresses, also when the URL moves."""
    with context.sessions() as session:
        changed = sources.change(
            session, name, _change(values), kinds=list(context.registry), actor=context.actor
        )
        context.check_options(changed)
        session.commit()
    click.echo(f"Changed. See `opendata source show {name}`.")


def _change(values: dict[str, Any]) -> SourceChange:
    pairs = {}
    for text in values.pop("options"):
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--option {text!r} must be written as key=value.")
        pairs[key] = value
    return SourceChange(**values, options=pairs)


@source.command(name="list")
@output.json_option
@pass_context
def list_(context: Context, *, as_json: bool) -> None:
    """List the sources."""
    with context.sessions() as session:
        rows = [_facts(item) for item in sources.every(session)]
    if as_json:
        output.as_json(rows)
        return
    headers = ("name", "kind", "url", "policy", "enabled")
    output.table("Sources", headers, [[row[key] for key in headers] for row in rows])


@source.command()
@click.argument("name")
@output.json_option
@pass_context
def show(context: Context, name: str, *, as_json: bool) -> None:
    """Show one source with all its settings."""
    with context.sessions() as session:
        found = sources.get(session, name)
        facts = _facts(found)
        publisher = session.get(Publisher, found.publisher_id)
        facts["publisher"] = publisher.names.get("vi") if publisher else None
    if as_json:
        output.as_json(facts)
        return
    output.table(f"Source {name}", ("setting", "value"), list(facts.items()))


def _facts(found: Source) -> dict[str, Any]:
    return {
        "name": found.name,
        "kind": found.kind,
        "url": found.url,
        "policy": found.policy,
        "licence": found.licence,
        "schema": found.schema_name,
        "options": dict(found.options),
        "secret_env": found.secret_env,
        "enabled": found.enabled,
    }


@source.command()
@click.argument("name")
@pass_context
def remove(context: Context, name: str) -> None:
    """Remove a source that has brought no dataset."""
    with context.sessions() as session:
        sources.remove(session, name, actor=context.actor)
        session.commit()
    click.echo(f"Removed {name}.")


@source.command()
@click.argument("name")
@pass_context
def enable(context: Context, name: str) -> None:
    """Let `harvest run --all` take a source again."""
    _switch(context, name, enabled=True)


@source.command()
@click.argument("name")
@pass_context
def disable(context: Context, name: str) -> None:
    """Stop harvesting a source; what it brought stays public."""
    _switch(context, name, enabled=False)


def _switch(context: Context, name: str, *, enabled: bool) -> None:
    with context.sessions() as session:
        sources.set_enabled(session, name, enabled=enabled, actor=context.actor)
        session.commit()
    click.echo(f"{name} is {'enabled' if enabled else 'disabled'}.")
