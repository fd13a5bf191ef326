"""decide: publish, flag or hold. The product's conscience: every hold starts here only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from opendata.pipeline.state import BuiltTable, Policy, Published, Tools, Verdict, Work
from opendata.vocabulary import BuildState


def decide(work: Work, tools: Tools) -> Work:
    """Set the verdict of a file; looks at what was found, what is live, and the source's policy."""
    verdict = judge(
        work.tables,
        published=work.published,
        policy=work.policy,
        is_blocked=work.digest in work.blocked,
        absence=work.shape.reason if work.shape else "",
    )
    return replace(work, verdict=verdict)


def judge(
    tables: Sequence[BuiltTable],
    *,
    published: Published | None,
    policy: Policy,
    is_blocked: bool,
    absence: str,
) -> Verdict:
    """Return the verdict and its reasons, worst first; pure: same facts, same verdict."""
    if is_blocked:
        return Verdict(BuildState.REJECTED, ("blocked-digest",))
    holds = tuple(_holds(tables, published, policy))
    flags = tuple(_flags(tables, published))
    notes = (absence,) if absence else ()
    if holds:
        return Verdict(BuildState.HELD, holds + flags + notes)
    if flags and policy.mode == "flag":
        return Verdict(BuildState.FLAGGED, flags + notes)
    return Verdict(BuildState.PUBLISHED, flags + notes)


def _holds(
    tables: Sequence[BuiltTable], published: Published | None, policy: Policy
) -> Iterator[str]:
    if policy.mode == "hold":
        yield "policy-hold"
    if any(problem.code == "missing-column" for t in tables for problem in t.schema_mismatch):
        yield "schema-mismatch"
    if any(
        _share(t.rows_quarantined, t.rows_read) > policy.quarantine_limit_percent for t in tables
    ):
        yield "quarantine-over-limit"
    if published is None:
        return
    if _breaks(published.contract, tables):
        yield "contract-broken"
    if _shrinks(published.rows, sum(t.rows_accepted for t in tables), policy):
        yield "rows-shrunk"


def _flags(tables: Sequence[BuiltTable], published: Published | None) -> Iterator[str]:
    if any(t.problems or t.schema_mismatch for t in tables):
        yield "policy-flag"
    if published is not None and _widens(published.contract, tables):
        yield "contract-widened"


def _share(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def contract_of(tables: Sequence[BuiltTable]) -> dict[str, list[dict[str, str]]]:
    """Return what a build promises to later ones: per table its columns and their types."""
    return {t.name: [{"name": c.name, "type": c.type} for c in t.columns] for t in tables}


def _breaks(contract: dict[str, list[dict[str, str]]] | None, tables: Sequence[BuiltTable]) -> bool:
    """A table or a column gone, or a column of another type, breaks what readers rely on."""
    now = {t.name: {c.name: c.type for c in t.columns} for t in tables}
    return any(
        now.get(name, {}).get(column["name"]) != column["type"]
        for name, columns in (contract or {}).items()
        for column in columns
    )


def _widens(contract: dict[str, list[dict[str, str]]] | None, tables: Sequence[BuiltTable]) -> bool:
    if contract is None:
        return False
    promised = {(name, c["name"]) for name, columns in contract.items() for c in columns}
    return any((t.name, c.name) not in promised for t in tables for c in t.columns)


def _shrinks(before: int, now: int, policy: Policy) -> bool:
    lost = before - now
    return lost > policy.shrink_limit_count and _share(lost, before) > policy.shrink_limit_percent
