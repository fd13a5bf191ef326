"""`opendata db`: the database schema."""

from __future__ import annotations

import click

from opendata import migrations
from opendata.commands.context import Context, pass_context


@click.group()
def db() -> None:
    """The database."""


@db.command()
@pass_context
def upgrade(context: Context) -> None:
    """Bring the database to the schema of this release."""
    if migrations.is_current(context.engine):
        click.echo("The database already has the schema of this release.")
        return
    migrations.upgrade(context.engine)
    click.echo("The database now has the schema of this release.")
