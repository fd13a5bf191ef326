"""The Link header: where the next page is, as the source says."""

from __future__ import annotations

import re

from opendata.errors import SourceFailure
from opendata.transport import addresses
from opendata.transport.addresses import Address

_MAX_HEADER = 20_000
_MAX_LINKS = 20
# <address> and its parameters; a comma ends a link only outside of quotes.
_LINK = re.compile(r'<([^<>]*)>((?:[^",<>]|"[^"]*")*)')
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)


def parse(header: str, base: Address, where: str) -> dict[str, str]:
    """Return the URL of each relation, in lower case; addresses that are refused are left out."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(header[:_MAX_HEADER])[:_MAX_LINKS]:
        relation = _RELATION.search(parameters)
        if relation is None or not target:
            continue
        try:
            url = addresses.join(base, target, where).url
        except SourceFailure:
            continue
        for name in (relation[1] or relation[2] or "").lower().split():
            found.setdefault(name, url)
    return found
