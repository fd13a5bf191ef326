"""The words of the harvest pages: how a run went, what became of a record, what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from opendata.models import Run
from opendata.services.run_states import Attention, attention
from opendata.vocabulary import RecordOutcome, RunState
from opendata.web import labels

_KINDS = {"ckan": "CKAN", "dcat": "DCAT"}


def state_of(run: Run | None) -> str:
    """Return what a run asks of people: `fine`, `look`, `decide`, `running`, `stopped`, `none`."""
    if run is None:
        return "none"
    found = attention(run.state, run.counts)
    if found is not None:
        return found.value
    return "running" if run.state == RunState.RUNNING else "stopped"


def state_name(state: str) -> str:
    """Return the word that people read."""
    names: dict[str, str] = {
        Attention.FINE.value: _("fine"),
        Attention.LOOK.value: _("look"),
        Attention.DECIDE.value: _("decide"),
        "running": _("running"),
        "stopped": _("stopped"),
        "none": _("not harvested yet"),
        "disabled": _("switched off"),
    }
    return names[state]


def kind_name(kind: str) -> str:
    """Return what kind of source it is."""
    return _("list of files") if kind == "file_list" else _KINDS.get(kind, kind)


def outcome_name(outcome: str) -> str:
    """Return what became of a record."""
    names: dict[str, str] = {
        RecordOutcome.CREATED.value: _("new"),
        RecordOutcome.UPDATED.value: _("changed"),
        RecordOutcome.UNCHANGED.value: _("unchanged"),
        RecordOutcome.REJECTED.value: _("not accepted"),
        RecordOutcome.FAILED.value: _("failed"),
        RecordOutcome.ABSENT.value: _("no longer listed"),
        RecordOutcome.WITHDRAWN.value: _("withdrawn"),
    }
    return names[outcome]


def counted(counts: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the counts of a run that are not zero, with their names, in a fixed order."""
    names = {
        RecordOutcome.CREATED.value: _("new datasets"),
        RecordOutcome.UPDATED.value: _("changed datasets"),
        RecordOutcome.UNCHANGED.value: _("unchanged datasets"),
        RecordOutcome.REJECTED.value: _("records not accepted"),
        RecordOutcome.FAILED.value: _("records that failed"),
        RecordOutcome.ABSENT.value: _("datasets no longer listed"),
        RecordOutcome.WITHDRAWN.value: _("datasets withdrawn"),
        "announced": _("records announced by the source"),
        "duplicates": _("records told twice"),
        "resources": _("files"),
        "not_modified": _("files that the source says have not changed"),
        "not_due": _("files not looked at this time"),
        "versions": _("new file versions"),
        "failed_resources": _("files not read"),
        "held": _("files that wait for a decision"),
        "quarantined": _("rows set aside"),
    }
    return [(name, int(counts[key])) for key, name in names.items() if counts.get(key)]


def rule_in_words(rule: str) -> str:
    """Return what was expected, in a sentence; a rule that we do not know stays as it is."""
    key, _mark, value = rule.partition(": ")
    sentences: dict[str, str] = {
        "type": _("Expected: %(what)s.", what=_expected(value)),
        "one of": _("One of: %(values)s.", values=value),
        "pattern": _("Written as the pattern %(pattern)s.", pattern=value),
        "minimum": _("At least %(bound)s.", bound=value),
        "maximum": _("At most %(bound)s.", bound=value),
        "min-length": _("At least %(count)s characters.", count=value),
        "max-length": _("At most %(count)s characters.", count=value),
        "unique": _("No two rows may agree in: %(columns)s.", columns=value),
        "cells": _("Cells in each row: %(count)s.", count=value),
    }
    return sentences.get(key, rule)


def _expected(value: str) -> str:
    kind, mark, form = value.partition(", ")
    names: dict[str, str] = {
        "text": _("text"),
        "list": _("a list"),
        "object": _("an object"),
        "http or https address": _("an http or https address"),
    }
    return f"{names.get(kind) or labels.type_name(kind)}{mark}{form}"
