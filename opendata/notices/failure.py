"""What a receiver of notices can fail with."""

from __future__ import annotations

from opendata.errors import OpendataError


class NotDelivered(OpendataError):
    """A receiver did not take a notice; the text names the kind of error, never an address."""

    code = "not-delivered"
