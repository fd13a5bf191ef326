"""What the public may know of where a source lies."""

from __future__ import annotations

from opendata.config import Http
from opendata.errors import SourceFailure
from opendata.transport import addresses
from opendata.transport.addresses import Guard


def public(url: str, settings: Http) -> str:
    """Return scheme, host and path of a source; nothing where it lies inside the own network."""
    try:
        address = addresses.parse(url)
    except SourceFailure:
        return ""
    guard = Guard(ports=settings.allow_ports, private_hosts=settings.allow_private_hosts)
    if guard.is_named(address) or _is_inside(address.host):
        return ""
    return address.url.partition("?")[0]


def _is_inside(host: str) -> bool:
    """A number that is not public, or a name without a dot, leads nowhere from outside."""
    is_number = ":" in host or host.replace(".", "").isdigit()
    return not addresses.is_public(host) if is_number else "." not in host
