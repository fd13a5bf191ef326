"""`opendata source`: the addresses that we harvest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.models import Publisher, Source
from opendata.services import schedules, sources
from opendata.services.sources import SourceChange


@click.group()
def source() -> None:
    """The sources that are harvested."""


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a source is reached: secret, certificates, harvester's own."""
    for option in (
        click.option(
            "--ca-file",
            metavar="FILE",
            help="Certificates (PEM) to trust besides those of the system.",
        ),
        click.option(
            "--secret-env",
            metavar="VARIABLE",
            help="Variable that holds the credential.",
        ),
        click.option(
            "--option",
            "options",
            multiple=True,
            metavar="KEY=VALUE",
            help="Option of the harvester.",
        ),
    ):
        command = option(command)
    return command


def _change_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = connection_options(command)
    for option in (
        click.option("--contact-phone", metavar="TEXT", help="Its telephone number."),
        click.option("--contact-email", metavar="TEXT", help="Its mail address."),
        click.option(
            "--contact-name",
            metavar="TEXT",
            help="Whom to ask, where a dataset names nobody.",
        ),
        click.option(
            "--schedule",
            metavar="WHEN",
            help="hourly, daily, weekly, monthly, 'every 6h' or five cron fields; '' for by hand.",
        ),
        click.option("--files", help="copy (default): fetch and check files; link: metadata only."),
        click.option("--policy", help="publish, flag (default) or hold what comes."),
        click.option("--schema", metavar="NAME", help="Published table schema of its files."),
        click.option("--licence", metavar="ID", help="Licence where the source names none."),
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
            session,
            name,
            _change(values),
            kinds=list(context.registry),
            actor=context.actor,
            harvest=context.settings.harvest,
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
            session,
            name,
            _change(values),
            kinds=list(context.registry),
            actor=context.actor,
            harvest=context.settings.harvest,
        )
        context.check_options(changed)
        session.commit()
    click.echo(f"Changed. See `opendata source show {name}`.")


def _change(values: dict[str, Any]) -> SourceChange:
    options = pairs(values.pop("options"))
    ca_file = whole_path(values.pop("ca_file"))
    return SourceChange(**values, ca_file=ca_file, options=options)


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """Return what `--option KEY=VALUE` said; raises UsageError for one that is no pair."""
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--option {text!r} must be written as key=value.")
        found[key] = value
    return found


def whole_path(text: str | None) -> str | None:
    """Return a path as it is kept: from the root, since workers run in other folders."""
    return str(Path(text).absolute()) if text else text


@source.command(name="list")
@output.json_option
@pass_context
def list_(context: Context, *, as_json: bool) -> None:
    """List the sources."""
    with context.sessions() as session:
        rows = [_facts(session, item) for item in sources.every(session)]
    if as_json:
        output.as_json(rows)
        return
    for row in rows:
        row["next run"] = _next_run(context, row)
    headers = ("name", "kind", "url", "policy", "files", "schedule", "next run", "enabled")
    output.table("Sources", headers, [[row[key] for key in headers] for row in rows])


@source.command()
@click.argument("name")
@output.json_option
@pass_context
def show(context: Context, name: str, *, as_json: bool) -> None:
    """Show one source with all its settings."""
    with context.sessions() as session:
        found = sources.get(session, name)
        facts = _facts(session, found)
    if as_json:
        output.as_json(facts)
        return
    facts["next_run_at"] = _next_run(context, facts)
    for key in ("options", "contact"):
        facts[key] = "; ".join(f"{name}={text}" for name, text in facts[key].items())
    shown = [(key.replace("_", " "), value) for key, value in facts.items()]
    output.table(f"Source {name}", ("setting", "value"), shown)


def _next_run(context: Context, facts: dict[str, Any]) -> str:
    """Return when a source is harvested next, on the clock that schedules are read by."""
    moment = facts["next_run_at"]
    if moment is None or not facts["enabled"]:
        return ""
    clock = schedules.zone(context.settings.harvest.timezone)
    due = " (due)" if moment <= datetime.now(UTC) else ""
    return f"{moment.astimezone(clock):%d/%m/%Y %H:%M %Z}{due}"


def _facts(session: Session, found: Source) -> dict[str, Any]:
    publisher = session.get(Publisher, found.publisher_id) if found.publisher_id else None
    return {
        "name": found.name,
        "kind": found.kind,
        "url": found.url,
        "publisher": publisher.names.get("vi") if publisher else None,
        "publisher_code": publisher.code if publisher else None,
        "policy": found.policy,
        "files": found.files,
        "schedule": found.schedule,
        "next_run_at": found.next_run_at,
        "licence": found.licence,
        "schema": found.schema_name,
        "contact": dict(found.contact),
        "options": dict(found.options),
        "secret_env": found.secret_env,
        "ca_file": found.ca_file,
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
