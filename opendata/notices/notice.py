"""One notice: what an event says to people, in both languages, and to programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opendata.models import Event
from opendata.records import clean_text
from opendata.services.run_states import FAILING, RECOVERED, WAITS
from opendata.vocabulary import reason

_MAX_TEXT = 500
_HAPPENED = {
    FAILING: ("bắt đầu gặp lỗi", "began to fail"),
    WAITS: ("chờ một người quyết định", "waits for a person"),
    RECOVERED: ("đã hoạt động trở lại", "is well again"),
}


@dataclass(frozen=True)
class Notice:
    """What happened to a source; every text is cleaned and bounded, and holds no line end."""

    event_id: int
    kind: str
    at: datetime
    source: str
    run: int | None
    state: str
    reason: str
    detail: str
    since: str
    counts: dict[str, int]
    page: str

    @property
    def subject(self) -> str:
        """One line in both languages."""
        happened_vi, happened_en = _HAPPENED[self.kind]
        return f"[{self.source}] Nguồn {happened_vi} / The source {happened_en}"

    @property
    def body(self) -> str:
        """What happened, why, and what to do; Vietnamese first."""
        return f"{self.text('vi')}\n\n---\n\n{self.text('en')}\n"

    def text(self, language: str) -> str:
        """Return the body in one language (`vi` or `en`)."""
        happened = _HAPPENED[self.kind][language == "en"]
        words = _WORDS[language]
        word = reason(self.reason) if self.reason else None
        lines = [
            words["happened"].format(source=self.source, happened=happened),
            f"{words['why']}: {word.say(language)}" if word else "",
            f"{words['fix']}: {word.advise(language)}" if word else "",
            f"{words['detail']}: {self.detail}" if self.detail else "",
            f"{words['since']}: {self.since}" if self.since and self.kind != RECOVERED else "",
            f"{words['counts']}: {_counted(self.counts)}" if self.counts else "",
            f"{words['report']}: {self.page}",
            f"{words['command']}: opendata harvest show {self.run}" if self.run else "",
        ]
        return "\n".join(line for line in lines if line)

    def as_json(self) -> dict[str, Any]:
        """Return the notice for programs; `id` stays the same when it is sent again."""
        return {
            "id": self.event_id,
            "kind": self.kind,
            "at": self.at.isoformat(),
            "source": self.source,
            "run": self.run,
            "state": self.state,
            "reason": self.reason,
            "detail": self.detail,
            "since": self.since,
            "counts": self.counts,
            "page": self.page,
            "subject": self.subject,
            "text": {language: self.text(language) for language in ("vi", "en")},
        }


_WORDS = {
    "vi": {
        "happened": "Nguồn {source} {happened}.",
        "why": "Lý do",
        "fix": "Việc cần làm",
        "detail": "Chi tiết",
        "since": "Từ lúc",
        "counts": "Số liệu",
        "report": "Báo cáo",
        "command": "Lệnh",
    },
    "en": {
        "happened": "The source {source} {happened}.",
        "why": "Why",
        "fix": "What to do",
        "detail": "Detail",
        "since": "Since",
        "counts": "Counts",
        "report": "Report",
        "command": "Command",
    },
}


def of_event(event: Event, *, site: str) -> Notice:
    """Return the notice of an event; `site` is the address of the catalogue."""
    told = event.payload
    source = _line(told.get("name"))
    run = told.get("run")
    counts = told.get("counts")
    return Notice(
        event_id=event.id,
        kind=event.kind,
        at=event.at,
        source=source,
        run=run if isinstance(run, int) else None,
        state=_line(told.get("state")),
        reason=_line(told.get("reason")),
        detail=_line(told.get("detail")),
        since=_line(told.get("since")),
        counts=counts if isinstance(counts, dict) else {},
        page=f"{site.rstrip('/')}/harvest/{source}" + (f"/{run}" if run else ""),
    )


def _line(value: object) -> str:
    """Return text without line ends: it goes into headers, too."""
    return " ".join(clean_text(value).split())[:_MAX_TEXT]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)
