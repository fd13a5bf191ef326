"""A notice by mail."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from opendata import config
from opendata.notices.failure import NotDelivered
from opendata.notices.notice import Notice

_SECONDS = 4.0  # each wait for the server


def send(notice: Notice, settings: config.Notices) -> None:
    """Send one mail to all addresses; raises NotDelivered."""
    try:
        message = compose(notice, settings)
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS) as server:
            _sign_in(server, settings)
            server.send_message(message)
    except (OSError, ValueError) as err:
        # SMTP errors are OSErrors; a ValueError is an address or header that cannot be written.
        raise NotDelivered(type(err).__name__) from err


def compose(notice: Notice, settings: config.Notices) -> EmailMessage:
    """Return the mail; raises ValueError for an address that holds a line end."""
    message = EmailMessage()
    message["Subject"] = notice.subject
    message["From"] = settings.mail_from or settings.mail_to[0]
    message["To"] = ", ".join(settings.mail_to)
    message["Date"] = format_datetime(notice.at)
    # The same when it is sent again: mail programs show it once.
    message["Message-ID"] = f"<notice-{notice.event_id}@{_domain(message['From'])}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.body)
    return message


def _domain(sender: str) -> str:
    domain = sender.rpartition("@")[2].strip(" >")
    return domain if domain.isascii() and domain else "opendata.invalid"


def _sign_in(server: smtplib.SMTP, settings: config.Notices) -> None:
    if settings.smtp_starttls:
        server.starttls(context=ssl.create_default_context())
    if settings.smtp_user:
        server.login(settings.smtp_user, config.secret(settings.smtp_secret_env))
