"""`opendata source test`: what an address offers, before it becomes a source."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from opendata import vocabulary
from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.commands.source import connection_options, pairs, whole_path
from opendata.models import Source
from opendata.pipeline import probe
from opendata.pipeline.probe import Finding, Refusal
from opendata.records import SourceRecord
from opendata.services import codelists, source_files, source_values
from opendata.transport import addresses
from opendata.vocabulary import ExitCode

_SHOWN = 5
_MOST_PROBLEMS = 20
_LONGEST = 200


@dataclass(frozen=True)
class _Proposal:
    """How the address would become a source: a command line, or a table of a file."""

    command: str
    toml: str


@click.command()
@click.argument("url")
@click.option("--kind", help="Ask only as this kind; without it, as each in turn.")
@connection_options
@output.json_option
@pass_context
@click.pass_context
def test(
    click_context: click.Context,
    context: Context,
    /,
    url: str,
    *,
    kind: str | None,
    as_json: bool,
    **values: Any,
) -> None:
    """Say what an address offers: kind, first datasets, licences, problems. Nothing is stored.

    Exit code 1 when no kind of source answers there.
    """
    draft = _draft(url, **values)
    kinds = probe.order_of(context.registry)
    if kind:
        kinds = [source_values.one_of("kind", kind, kinds)]
    found = probe.probe(draft, context.registry, context.settings.http, kinds=kinds)
    if found.finding is None:
        _say_no(url, found.refusals, as_json=as_json)
        click_context.exit(ExitCode.FAILED)
    proposal = _proposal(draft)
    facts = _facts(url, found.finding, proposal)
    if as_json:
        output.as_json(facts)
        return
    _show(facts)
    click.echo(f"\nAdd it with\n\n  {proposal.command}\n")
    click.echo("or write this into a file and run `opendata source apply FILE`:\n")
    click.echo("\n".join(f"  {line}".rstrip() for line in proposal.toml.splitlines()))


def _draft(
    url: str, *, options: Sequence[str], secret_env: str | None, ca_file: str | None
) -> Source:
    """Return a source that is never stored."""
    path = whole_path(ca_file)
    return Source(
        name="test",
        kind="",
        url=source_values.web_address(url),
        options={key: source_values.option(key, text) for key, text in pairs(options).items()},
        secret_env=source_values.variable(secret_env) if secret_env else None,
        ca_file=source_values.certificate_file(path) if path else None,
        contact={},
        policy="flag",
        files="copy",
    )


def _say_no(url: str, refusals: Sequence[Refusal], *, as_json: bool) -> None:
    tried = [
        {"kind": r.kind, "reason": r.failure.reason, "sentence": _sentence(r)} for r in refusals
    ]
    if as_json:
        output.as_json({"url": url, "kind": None, "tried": tried})
        return
    click.echo(f"No kind of source answers at {_short(addresses.shown(url))}:")
    for row in tried:
        click.echo(f"  {row['kind']}: {row['sentence']}")


def _sentence(refusal: Refusal) -> str:
    failure = refusal.failure
    if failure.reason == "empty" or failure.reason.startswith("forbidden-"):
        return f"{_short(failure).removesuffix('.')}."  # says all itself
    said = vocabulary.reason(failure.reason).en.removesuffix(".")
    return f"{said} ({_short(failure)})."


def _proposal(draft: Source) -> _Proposal:
    name = _name(draft.url)
    words = ["opendata", "source", "add", name, "--kind", draft.kind, "--url", draft.url]
    table = {"kind": draft.kind, "url": draft.url}
    for key, value in (("secret_env", draft.secret_env), ("ca_file", draft.ca_file)):
        if value:
            table[key] = value
            words += [f"--{key.replace('_', '-')}", value]
    for key, value in sorted(draft.options.items()):
        words += ["--option", f"{key}={value}"]
    options = {"options": dict(sorted(draft.options.items()))} if draft.options else {}
    return _Proposal(shlex.join(words), source_files.write({name: table | options}))


def _name(url: str) -> str:
    """Suggest a name: that of the host."""
    host = addresses.parse(url).host.removeprefix("www.")
    return re.sub(r"[^a-z0-9]+", "-", host).strip("-")[:63] or "source"


def _facts(url: str, finding: Finding, proposal: _Proposal) -> dict[str, Any]:
    problems = finding.problems.most_common(_MOST_PROBLEMS)
    return {
        "url": url,
        "kind": finding.kind,
        "announced": finding.announced,
        "read": len(finding.records) + finding.rejected,
        "rejected": finding.rejected,
        "is_whole": finding.is_whole,
        "broke_off": _short(finding.broke_off) if finding.broke_off else None,
        "requests": finding.requests,
        "records": [_record(record) for record in finding.records[:_SHOWN]],
        "formats": {_short(name): count for name, count in finding.formats.most_common()},
        "licences": [
            {
                "given": _short(given),
                "id": codelists.find_licence(given) if given else None,
                "count": count,
            }
            for given, count in finding.licences.most_common()
        ],
        "problems": [
            {
                "code": code,
                "field": _short(field),
                "count": count,
                "example": _short(finding.examples[code, field].value),
                "sentence": vocabulary.said(code, "en"),
            }
            for (code, field), count in problems
        ],
        "command": proposal.command,
        "toml": proposal.toml,
    }


def _record(record: SourceRecord) -> dict[str, Any]:
    publisher = record.publisher
    return {
        "id": _short(record.upstream_id),
        "title": _short(record.title.get("vi") or next(iter(record.title.values()), "")),
        "publisher": _short(publisher.name or publisher.code) if publisher else "",
        "licence": _short(record.licence),
        "files": [_short(file.format or "?") for file in record.distributions],
    }


def _show(facts: dict[str, Any]) -> None:
    click.echo(f"{addresses.shown(facts['url'])} is a source of the kind {facts['kind']}.")
    click.echo(_extent(facts))
    output.table(
        "The first datasets",
        ("id", "title", "publisher", "licence", "files"),
        [[*list(row.values())[:-1], _tally(row["files"])] for row in facts["records"]],
    )
    formats = ", ".join(f"{name or 'not said'} {count}" for name, count in facts["formats"].items())
    click.echo(f"Formats: {formats or 'no files'}.")
    licences = ", ".join(f"{_licence(row)} {row['count']}" for row in facts["licences"])
    click.echo(f"Licences: {licences or 'none'}.")
    if not facts["problems"]:
        click.echo("No problems among these records.")
        return
    output.table(
        "Problems among these records",
        ("how often", "where", "for instance", "what is wrong"),
        [
            [row["count"], row["field"], row["example"], row["sentence"]]
            for row in facts["problems"]
        ],
    )


def _extent(facts: dict[str, Any]) -> str:
    announced = facts["announced"]
    end = "the whole list" if facts["is_whole"] else f"the test stops at {probe.MOST_RECORDS}"
    if facts["broke_off"]:
        end = f"then the list broke off ({facts['broke_off']})"
    rejected = f", {facts['rejected']} of them not understood" if facts["rejected"] else ""
    return (
        f"{'' if announced is None else f'It announces {announced} datasets. '}"
        f"{facts['read']} were read{rejected}, with {facts['requests']} "
        f"request{'' if facts['requests'] == 1 else 's'}: {end}."
    )


def _licence(row: dict[str, Any]) -> str:
    if not row["given"]:
        return "not said"
    known = "known" if row["id"] == row["given"] else f"known as {row['id']}"
    return f"{row['given']} ({known if row['id'] else 'not in the list of licences'})"


def _tally(names: Sequence[str]) -> str:
    counts = {name: names.count(name) for name in names}
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _short(value: object) -> str:
    """Return text from outside as it may stand on a screen: no control characters, not endless."""
    text = output.clean(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
