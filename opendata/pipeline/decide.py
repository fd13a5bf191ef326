"""decide: publish, flag or hold. The product's conscience: every hold starts here only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from opendata.pipeline.contract import difference
from opendata.pipeline.state import Policy, Published, Tools, Verdict, Work
from opendata.pipeline.tables import BuiltTable, Change
from opendata.vocabulary import TOLD_ONLY, BuildState


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
    changes = difference(published.contract, tables) if published else ()
    holds = tuple(_holds(tables, published, policy, changes))
    flags = tuple(_flags(tables, changes))
    notes = (absence,) if absence else ()
    state = BuildState.PUBLISHED
    if holds:
        state = BuildState.HELD
    elif flags and policy.mode == "flag":
        state = BuildState.FLAGGED
    return Verdict(state, holds + flags + notes, changes)


def _holds(
    tables: Sequence[BuiltTable],
    published: Published | None,
    policy: Policy,
    changes: Sequence[Change],
) -> Iterator[str]:
    if policy.mode == "hold":
        yield "policy-hold"
    if any(not finding.is_allowed for t in tables for finding in t.personal):
        yield "personal-data"
    if any(problem.code == "missing-column" for t in tables for problem in t.schema_mismatch):
        yield "schema-mismatch"
    if any(
        _share(t.rows_quarantined, t.rows_read) > policy.quarantine_limit_percent for t in tables
    ):
        yield "quarantine-over-limit"
    if published is None:
        return
    if any(change.is_breaking for change in changes):
        yield "contract-broken"
    if _shrinks(published.rows, sum(t.rows_accepted for t in tables), policy):
        yield "rows-shrunk"


def _flags(tables: Sequence[BuiltTable], changes: Sequence[Change]) -> Iterator[str]:
    told = {problem.code for t in tables for problem in t.schema_mismatch}
    told |= {problem.code for t in tables for problem in t.problems}
    if told - TOLD_ONLY:
        yield "policy-flag"
    if any(not change.is_breaking for change in changes):
        yield "contract-widened"


def _share(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def _shrinks(before: int, now: int, policy: Policy) -> bool:
    lost = before - now
    return lost > policy.shrink_limit_count and _share(lost, before) > policy.shrink_limit_percent
