"""`opendata demo`: sample sources on loopback, harvested for real, then the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from opendata import migrations
from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.commands.harvesting import Harvested, explain, harvest_all, summary
from opendata.commands.serve import run as run_server
from opendata.config import Settings
from opendata.demo import server
from opendata.demo.server import DemoSource
from opendata.errors import NotFound
from opendata.models import Run
from opendata.services import catalogue, sources
from opendata.services.sources import SourceChange
from opendata.vocabulary import ExitCode


@click.command()
@click.option("--serve/--no-serve", default=True, help="Serve the catalogue afterwards.")
@pass_context
@click.pass_context
def demo(click_context: click.Context, context: Context, *, serve: bool) -> None:
    """Fill a catalogue from sample sources; the second time nothing changes."""
    port = context.settings.demo.port
    http = replace(
        context.settings.http,
        allow_private_hosts=(*context.settings.http.allow_private_hosts, f"127.0.0.1:{port}"),
    )
    context.settings = replace(context.settings, http=http)
    click.echo(f"Data folder: {context.settings.data_path}")
    migrations.upgrade(context.engine)
    with server.start(port) as running:
        click.echo(f"Sample sources: {running.url}")
        done = _harvest(context, running.sources())
        _report(context, done.runs)
        for sentence in done.refused:
            output.error(sentence)
        if not serve or done.exit_code == ExitCode.FAILED:
            click_context.exit(done.exit_code)
        _say_what_next(context)
        run_server(context)


def _harvest(context: Context, offered: Sequence[DemoSource]) -> Harvested:
    for item in offered:
        _ensure(context, item)
    with context.sessions() as session:
        chosen = [sources.get(session, item.name) for item in offered]
    return harvest_all(context, chosen, trigger="demo")


def _ensure(context: Context, item: DemoSource) -> None:
    """Add a sample source, or bring it to what this release says of it."""
    values = SourceChange(
        kind=item.kind,
        url=item.url,
        publisher=item.publisher_code,
        licence=item.licence,
        policy=item.policy,
        schema=item.schema,
        options=item.options,
    )
    kinds = list(context.registry)
    with context.sessions() as session:
        try:
            sources.change(session, item.name, values, kinds=kinds, actor="demo")
        except NotFound:
            sources.add(session, item.name, values, kinds=kinds, actor="demo")
        session.commit()


def _report(context: Context, ended: list[Run]) -> None:
    output.table(
        "Harvest of the sample sources",
        ("source", "state", "what", "why"),
        [[r.source.name, r.state, summary(r.counts), explain(r)] for r in ended],
    )
    changed = sum(r.counts.get("created", 0) + r.counts.get("updated", 0) for r in ended)
    with context.sessions() as session:
        figures = catalogue.figures(session)
    click.echo(
        f"{changed} changed. The catalogue holds {figures.datasets} datasets, "
        f"{figures.tables} tables and {figures.rows} rows of {figures.publishers} publishers."
    )


def _say_what_next(context: Context) -> None:
    settings = context.settings
    site = f"http://{settings.web.host}:{settings.web.port}"
    command = ".venv/bin/opendata"
    if settings.data_path != Settings().data_path:
        command = f"OPENDATA_DATA_DIR={settings.data_path} {command}"
    click.echo(
        f"""
Look at   {site}/   in English {site}/en/
          {site}/dataset/?q=don+vi+hanh+chinh   search without marks
          {site}/organization/                  who publishes
          {site}/schemas                        what data is checked against
Type next, in another terminal:
          {command} status
          {command} search query "dịch vụ công"
          OPENDATA_HTTP__ALLOW_PRIVATE_HOSTS=127.0.0.1:{settings.demo.port} \\
            {command} harvest run --all    (the sample sources answer as long as this runs)
"""
    )
