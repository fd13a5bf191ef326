"""A change of state is told once by each way that is set; a deaf receiver harms nobody."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from opendata import events, notices
from opendata.config import Notices, Settings
from opendata.database import SessionFactory
from opendata.models import Event
from opendata.notices import delivery, mail
from opendata.notices.failure import NotDelivered
from opendata.notices.notice import Notice, of_event
from opendata.services.run_states import change_of_state
from opendata.vocabulary import RunState
from tests.loopback import Loopback
from tests.mailbox import Mailbox

BAD, GOOD = RunState.FAILED, RunState.SUCCEEDED


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def wanted(settings: Settings, mailbox: Mailbox, source_site: Loopback) -> Settings:
    hook = source_site.put("/hook", "thanks")
    return replace(
        settings,
        notices=Notices(
            webhook=hook,
            mail_to=("a@example.vn", "b@example.vn"),
            mail_from="cong@example.vn",
            smtp_host="127.0.0.1",
            smtp_port=mailbox.port,
        ),
    )


def run_ends(
    sessions: SessionFactory, before: RunState | None, after: RunState, **values: Any
) -> None:
    """Write what closing a run writes."""
    kind = change_of_state(before, after)
    if kind:
        tell(sessions, kind, **values)


def tell(sessions: SessionFactory, kind: str, *, source: str = "bo-y-te", **values: Any) -> None:
    payload = {
        "name": source,
        "run": 7,
        "state": "failed",
        "reason": "timeout",
        "detail": "https://example.vn/api: no answer",
        "counts": {"rejected": 2},
        "since": "2026-03-01T08:00:00+00:00",
        **values,
    }
    with sessions() as session:
        events.append(session, actor="test", kind=kind, subject=("source", source), **payload)
        session.commit()


def test_same_failing_state_twice_is_one_message_and_recovery_another(
    sessions: SessionFactory, wanted: Settings, mailbox: Mailbox, source_site: Loopback
) -> None:
    states = [None, GOOD, BAD, RunState.PARTIAL, GOOD, GOOD]
    for before, after in zip(states, states[1:], strict=False):
        assert after is not None
        run_ends(sessions, before, after)
        notices.deliver(sessions, wanted)
    subjects = [str(message["Subject"]) for message in mailbox.mails]
    assert [subject.partition(" / ")[2] for subject in subjects] == [
        "The source began to fail",
        "The source is well again",
    ]
    told = [json.loads(body) for body in source_site.posted]
    assert [item["kind"] for item in told] == ["source.failing", "source.recovered"]
    assert notices.deliver(sessions, wanted) == 0


def test_mail_says_why_and_what_to_do_in_both_languages(
    sessions: SessionFactory, wanted: Settings, mailbox: Mailbox
) -> None:
    tell(sessions, "source.failing")
    notices.deliver(sessions, wanted)
    (message,) = mailbox.mails
    text = message.get_content()
    for words in (
        "Nguồn bo-y-te bắt đầu gặp lỗi.",
        "Việc cần làm: Đề nghị kiểm tra tải của máy chủ",
        "Why: The source did not answer in time.",
        "What to do: Check how busy the server is",
        "/harvest/bo-y-te/7",
        "opendata harvest show 7",
    ):
        assert words in text
    assert message["To"] == "a@example.vn, b@example.vn"
    assert message["Message-ID"].endswith("@example.vn>")


def test_deaf_receiver_is_asked_again_and_does_not_keep_the_other(
    sessions: SessionFactory, wanted: Settings, mailbox: Mailbox, source_site: Loopback
) -> None:
    source_site.fail("/hook", 500)
    tell(sessions, "source.failing")
    assert notices.deliver(sessions, wanted) == 1
    assert notices.deliver(sessions, wanted) == 0
    source_site.put("/hook", "thanks")
    assert notices.deliver(sessions, wanted) == 1
    assert (len(mailbox.mails), len(source_site.posted)) == (1, 3)


def test_refused_mail_is_sent_again(
    sessions: SessionFactory, wanted: Settings, mailbox: Mailbox
) -> None:
    mailbox.answer = b"451 later"
    tell(sessions, "source.failing")
    notices.deliver(sessions, wanted)
    assert mailbox.mails == []
    mailbox.answer = b"250 taken"
    notices.deliver(sessions, wanted)
    assert len(mailbox.mails) == 1


def test_silent_receiver_holds_nobody(
    sessions: SessionFactory,
    wanted: Settings,
    mailbox: Mailbox,
    source_site: Loopback,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "_SECONDS", 0.2)
    mailbox.hold = threading.Event()
    tell(sessions, "source.failing")
    assert notices.deliver(sessions, wanted) == 1  # the webhook
    mailbox.hold.set()


def test_redirect_of_a_webhook_is_not_followed(
    sessions: SessionFactory, wanted: Settings, source_site: Loopback
) -> None:
    elsewhere = source_site.put("/elsewhere", "thanks")
    source_site.fail("/hook", 307)
    source_site.answers["/hook"].headers["Location"] = elsewhere
    tell(sessions, "source.failing")
    notices.deliver(sessions, wanted)
    assert "/elsewhere" not in source_site.asked


@pytest.mark.parametrize("address", ["nothing", "ftp://example.vn/", "http://[", "http://đ:x/"])
def test_address_that_is_none_harms_nothing(
    sessions: SessionFactory, settings: Settings, address: str
) -> None:
    tell(sessions, "source.failing")
    with_it = replace(settings, notices=Notices(webhook=address))
    assert notices.deliver(sessions, with_it) == 0


def test_secret_that_is_not_set_harms_nothing(
    sessions: SessionFactory, wanted: Settings, mailbox: Mailbox
) -> None:
    signed = replace(wanted.notices, smtp_user="u", smtp_secret_env="NO_SUCH_SECRET", webhook="")
    tell(sessions, "source.failing")
    assert notices.deliver(sessions, replace(wanted, notices=signed)) == 0
    assert mailbox.mails == []


def test_without_receivers_the_log_is_passed_over(
    sessions: SessionFactory, settings: Settings, wanted: Settings, mailbox: Mailbox
) -> None:
    tell(sessions, "source.failing")
    assert notices.deliver(sessions, settings) == 0
    assert notices.deliver(sessions, wanted) == 0
    tell(sessions, "source.recovered")
    assert notices.deliver(sessions, wanted) == 2
    assert len(mailbox.mails) == 1


def test_new_receiver_is_told_how_things_are_and_no_history(
    sessions: SessionFactory, wanted: Settings, mailbox: Mailbox
) -> None:
    for kind in ("source.failing", "source.recovered", "source.failing"):
        tell(sessions, kind, source="a")
    tell(sessions, "source.waits", source="b")
    notices.deliver(sessions, wanted)
    assert [str(m["Subject"])[:3] for m in mailbox.mails] == ["[a]", "[b]"]


def test_old_news_is_passed_over(
    sessions: SessionFactory, wanted: Settings, mailbox: Mailbox
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=8)
    with sessions() as session:
        session.add(
            Event(
                at=long_ago,
                actor="test",
                kind="source.failing",
                subject_kind="source",
                subject_id="a",
                payload={"name": "a"},
            )
        )
        session.commit()
    assert notices.deliver(sessions, wanted) == 0
    assert mailbox.mails == []


def test_only_one_process_delivers(
    sessions: SessionFactory, engine: Engine, wanted: Settings, mailbox: Mailbox
) -> None:
    tell(sessions, "source.failing")
    with engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_lock({delivery.LOCK})")
        assert notices.deliver(sessions, wanted) == 0
        other.exec_driver_sql(f"SELECT pg_advisory_unlock({delivery.LOCK})")
    assert notices.deliver(sessions, wanted) == 2


def nasty(**payload: Any) -> Notice:
    event = Event(id=1, at=datetime.now(UTC), kind="source.failing", payload=payload)
    return of_event(event, site="https://data.example.vn/")


def test_text_of_an_event_cannot_write_headers() -> None:
    told = nasty(name="x\r\nBcc: c@example.vn", detail="a\r\n.\r\nMAIL FROM:<x>", run="7; rm")
    message = mail.compose(told, Notices(mail_to=("a@example.vn",)))
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert (told.run, "\n" in told.detail) == (None, False)


def test_address_with_a_line_end_is_refused() -> None:
    with pytest.raises(NotDelivered):
        mail.send(nasty(), Notices(mail_to=("a@example.vn\r\nBcc: c@example.vn",), smtp_host="x"))
