"""From a source's row to the harvester that reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from opendata import config
from opendata.errors import SettingError
from opendata.harvester import Harvester, Registry, Secret, SourceConfig
from opendata.models import Source
from opendata.transport import addresses
from opendata.transport.addresses import Guard
from opendata.transport.client import Transport


class Client(Protocol):
    """What a harvester asks with."""

    def abort(self) -> None:
        """End what is under way, from whatever thread."""
        ...


@dataclass(frozen=True)
class Opened:
    """A harvester and the client that it asks with."""

    harvester: Harvester
    http: Client


def open_harvester(
    source: Source, registry: Registry, http: config.Http, *, with_secret: bool = True
) -> Opened:
    """Return the harvester of a source and its client.

    Raises SettingError for an unknown kind, no secret, a wrong proxy or an unreadable `ca_file`.
    Only a source that itself lies at one of `allow_private_hosts` may lead to them: a public
    portal that lists or redirects to an address inside the own network is refused.
    """
    factory = registry.get(source.kind)
    if factory is None:
        raise SettingError(
            f"Source {source.name} is of the kind {source.kind!r}, which is not installed; "
            f"there are: {', '.join(sorted(registry))}."
        )
    options = dict(source.options)
    header = options.pop("secret_header", "Authorization")
    known = SourceConfig(
        name=source.name,
        url=source.url,
        options=options,
        secret=_secret(source, header) if with_secret else None,
    )
    settings = http if _is_internal(source, http) else replace(http, allow_private_hosts=())
    client = Transport(settings, ca_file=source.ca_file)
    return Opened(factory(known, client), client)


def _is_internal(source: Source, http: config.Http) -> bool:
    named = Guard(ports=(), private_hosts=http.allow_private_hosts)
    return named.is_named(addresses.parse(source.url))


def _secret(source: Source, header: str) -> Secret | None:
    if not source.secret_env:
        return None
    parts = urlsplit(source.url)
    return Secret(
        header=header,
        value=config.secret(source.secret_env),
        origin=f"{parts.scheme}://{parts.netloc}",
    )
