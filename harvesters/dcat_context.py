"""The JSON-LD contexts that are bundled, and their place in a document: no other is ever read.

A JSON-LD library fetches every context that is named by an address, `file:` too. Here each name
is replaced by the bundled table before the library sees the document, or the document is refused.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from opendata.errors import SourceFailure
from opendata.records import clean_text

_FOLDER = Path(__file__).parent / "contexts"
# What a context may be called, without scheme and closing slash: the file that stands for it.
_KNOWN = (
    (r"project-open-data\.cio\.gov/v1\.1/schema(/(catalog|dataset)\.jsonld)?", "data-json"),
    (r"(www\.)?w3\.org/ns/dcat[23]?(\.jsonld|#)?", "dcat"),
    (r"semiceu\.github\.io/DCAT-AP/releases/[12][\d.]*/.*\.jsonld", "dcat"),
    (r"semiceu\.github\.io/DCAT-AP/releases/3[\d.]*/.*\.jsonld", "dcat-ap-3"),
    (r"(www\.)?w3\.org/ns/hydra/(context\.jsonld|core#?)", "hydra"),
    (r"schema\.org(/docs/jsonldcontext\.jsonl?d?)?", "schema-org"),
)
# The sizes of all contexts in force, node by node: the library copies them for each.
_MOST_WORK = 5_000_000


def resolve(document: Any, where: str) -> Any:
    """Return a JSON document whose contexts all stand in it.

    Raises `SourceFailure` bad-rdf when it names a context that is not bundled.
    """
    if _is_plain_data_json(document):
        document = {"@context": _bundled("data-json"), "@type": "dcat:Catalog", **document}
    resolver = _Resolver(where)
    resolved = resolver.data(document, in_force=0)
    if resolver.work > _MOST_WORK:
        fact = "its JSON-LD contexts are too many or too large; ask for one at the top"
        raise SourceFailure("bad-rdf", where, fact)
    return resolved


def _is_plain_data_json(document: Any) -> bool:
    """Tell whether this is the `data.json` of Project Open Data, written without any context."""
    return (
        isinstance(document, dict)
        and "@context" not in document
        and isinstance(document.get("dataset"), list)
    )


class _Resolver:
    def __init__(self, where: str) -> None:
        self._where = where
        self._nodes = 0
        self._node_terms = 0  # of contexts that stand at a node
        self._scoped_terms = 0  # of contexts inside a term: in force wherever the term is used

    @property
    def work(self) -> int:
        return self._node_terms + self._nodes * self._scoped_terms

    def data(self, value: Any, *, in_force: int) -> Any:
        """Resolve a node, a list or a plain value; `in_force` terms are known around it."""
        if isinstance(value, list):
            return [self.data(item, in_force=in_force) for item in value]
        if not isinstance(value, dict):
            return value
        self._nodes += 1
        own = {}
        if "@context" in value:
            own["@context"] = self._context(value["@context"])
            in_force += _size(own["@context"])
            self._node_terms += in_force
        rest = {key: item for key, item in value.items() if key != "@context"}
        return own | {key: self.data(item, in_force=in_force) for key, item in rest.items()}

    def _context(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._named(value)
        if isinstance(value, list):
            return [self._context(item) for item in value]
        if not isinstance(value, dict):
            return value
        imported = self._named(value["@import"]) if isinstance(value.get("@import"), str) else {}
        terms = {key: self._term(key, item) for key, item in value.items() if key != "@import"}
        return {**imported, **terms}

    def _term(self, name: str, value: Any) -> Any:
        """Resolve one entry of a context: a definition may hold a context of its own."""
        if name == "@context":
            return self._context(value)
        if isinstance(value, dict) and "@context" in value:
            inner = self._context(value["@context"])
            self._scoped_terms += _size(inner)
            return {**value, "@context": inner}
        return value

    def _named(self, name: str) -> dict[str, Any]:
        bare = re.sub(r"^https?://", "", name).rstrip("/")
        for pattern, file in _KNOWN:
            if re.fullmatch(pattern, bare):
                return _bundled(file)
        shown = clean_text(name)[:200]
        fact = f"the JSON-LD context {shown} is not bundled; ask the source to write it inline"
        raise SourceFailure("bad-rdf", self._where, fact)


def _size(context: Any) -> int:
    """Count the terms of a context."""
    if isinstance(context, list):
        return sum(map(_size, context))
    if isinstance(context, dict):
        return len(context) + _size(context.get("@context"))
    return 1


@cache
def _bundled(name: str) -> dict[str, Any]:
    document = json.loads((_FOLDER / f"{name}.jsonld").read_text(encoding="utf-8"))
    context: dict[str, Any] = document["@context"]
    return context
