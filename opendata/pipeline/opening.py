"""From a source's row to the harvester that reads it."""

from __future__ import annotations

from urllib.parse import urlsplit

from opendata import config
from opendata.errors import SettingError
from opendata.harvester import Harvester, HttpClient, Registry, Secret, SourceConfig
from opendata.models import Source


def open_harvester(source: Source, registry: Registry, http: HttpClient) -> Harvester:
    """Return the harvester of a source; raises SettingError for an unknown kind or no secret."""
    factory = registry.get(source.kind)
    if factory is None:
        raise SettingError(
            f"Source {source.name} is of the kind {source.kind!r}, which is not installed; "
            f"there are: {', '.join(sorted(registry))}."
        )
    options = dict(source.options)
    header = options.pop("secret_header", "Authorization")
    return factory(
        SourceConfig(
            name=source.name,
            url=source.url,
            options=options,
            secret=_secret(source, header),
        ),
        http,
    )


def _secret(source: Source, header: str) -> Secret | None:
    if not source.secret_env:
        return None
    parts = urlsplit(source.url)
    return Secret(
        header=header,
        value=config.secret(source.secret_env),
        origin=f"{parts.scheme}://{parts.netloc}",
    )
