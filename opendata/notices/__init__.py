"""Telling people by mail or webhook when a source begins or ceases to fail."""

from opendata.notices.delivery import deliver

__all__ = ["deliver"]
