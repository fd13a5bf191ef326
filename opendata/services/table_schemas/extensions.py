"""What our schemas say beyond the standard, in properties that begin with `vn:`.

Other readers pass over properties that they do not know, so they can still use these documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opendata.services.table_schemas import values
from opendata.services.table_schemas.model import IN_USE, PROPOSAL, Field, Operand, RowRule

_PREFIX = "vn:"
_OF_FIELDS = (
    "vn:aliases",
    "vn:codeList",
    "vn:validAt",
    "vn:unit",
    "vn:role",
    "vn:personal",
)
_OF_SCHEMAS = ("vn:title", "vn:description", "vn:rules", "vn:status")
_OPERAND = r"""([^\W\d]\w*|"[^"]+"|'[^']*'|-?\d+(?:\.\d+)?)"""
_RULE = re.compile(rf"\s*{_OPERAND}\s*(<=|>=|==|!=|<|>)\s*{_OPERAND}\s*")
# Fields of the same group can be compared with each other.
_GROUPS = {"year": "number", "integer": "number"}


def of_field(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extensions of one field, named as `model.Field` does; raise ValueError."""
    _all_known(item, _OF_FIELDS)
    return {
        "aliases": values.texts(item.get("vn:aliases", []), "vn:aliases"),
        "code_list": values.text(item.get("vn:codeList", ""), "vn:codeList"),
        "valid_at": values.text(item.get("vn:validAt", ""), "vn:validAt"),
        "unit": values.text(item.get("vn:unit", ""), "vn:unit"),
        "role": values.text(item.get("vn:role", ""), "vn:role"),
        "personal": values.texts(item.get("vn:personal", []), "vn:personal"),
    }


def in_languages(document: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return a text by language: Vietnamese as the standard has it, others under `vn:`.

    The first published schemas hold all languages in one object, which the standard does not know.
    """
    said = document.get(name) or {}
    plain = {"vi": said} if isinstance(said, str) else values.mapping(said, name)
    others = values.mapping(document.get(f"{_PREFIX}{name}", {}), f"{_PREFIX}{name}")
    return {language: values.text(text, name) for language, text in {**plain, **others}.items()}


def status(document: Mapping[str, Any]) -> str:
    """Return whether the schema is in use or a proposal that no real file has proved."""
    _all_known(document, _OF_SCHEMAS)
    return values.one_of(document.get("vn:status", IN_USE), (IN_USE, PROPOSAL), "vn:status")


def row_rules(document: Mapping[str, Any], fields: Sequence[Field]) -> tuple[RowRule, ...]:
    """Read `vn:rules`, comparisons such as `start_date <= end_date`; raise ValueError."""
    kinds = {of.name: _GROUPS.get(of.type, of.type) for of in fields}
    return tuple(_rule(text, kinds) for text in values.texts(document.get("vn:rules", []), "rules"))


def _rule(text: str, kinds: Mapping[str, str]) -> RowRule:
    found = _RULE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"the rule {text!r} is not FIELD SIGN FIELD or FIELD SIGN VALUE with one of the signs "
            "<= < >= > == !="
        )
    left, sign, right = found.groups()
    rule = RowRule(text.strip(), _operand(left), sign, _operand(right))
    _comparable(rule, kinds)
    return rule


def _operand(text: str) -> Operand:
    if text[0] == "'":
        return Operand(literal=text[1:-1])
    if text[0] == '"':
        return Operand(field=text[1:-1])
    is_number = text[0] == "-" or text[0].isdigit()
    return Operand(literal=text) if is_number else Operand(field=text)


def _comparable(rule: RowRule, kinds: Mapping[str, str]) -> None:
    sides = [side.field for side in (rule.left, rule.right) if side.field]
    for name in sides:
        if name not in kinds:
            raise ValueError(f"the rule {rule.text!r} names {name!r}, which is no field")
    if not sides:
        raise ValueError(f"the rule {rule.text!r} names no field")
    if len({kinds[name] for name in sides}) > 1:
        raise ValueError(f"the rule {rule.text!r} compares fields of different types")


def _all_known(item: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in item:
        if name.startswith(_PREFIX):
            values.one_of(name, known, "an extension")
