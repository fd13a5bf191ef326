"""Files of people without an account, checked in a process of its own; nothing is kept of them.

Their bytes lie in a folder that goes with the check, and no message of ours repeats any of them.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from opendata import confined
from opendata.config import Http, Settings
from opendata.errors import SourceFailure
from opendata.pipeline.report import Report, unread
from opendata.pipeline.shape.claims import claimed_format
from opendata.transport.client import Transport
from opendata.transport.hosts import Hosts

log = logging.getLogger(__name__)
_TASK = "opendata.pipeline.check_file:answer"
_PIECE = 1 << 20
_MOST_REPORT = 16 << 20  # bytes; a page or a program that asks takes it into memory whole
# What is unpacked from a file, or written of it, may be so many times as large as an upload.
_GROWTH = 10


class ApartCheck:
    """The checks of one catalogue; safe to share between threads."""

    def __init__(
        self, settings: Settings, open_transport: Callable[..., Transport] = Transport
    ) -> None:
        self._settings = settings
        self._open_transport = open_transport
        # Places of their own: these requests must not take the turns of a harvest.
        self._hosts = Hosts()

    def of_upload(self, body: IO[bytes], name: str, schema: str) -> Report:
        """Return the report of what can be read from `body`; `name` is what its sender calls it.

        The report is that of `check_file.report_on`. `schema` is the key of a published one, or
        nothing.
        """
        with tempfile.TemporaryDirectory(prefix="opendata-validate-") as folder:
            with (Path(folder) / "file").open("wb") as spool:
                shutil.copyfileobj(body, spool, _PIECE)
            return self._check(Path(folder), _claim(name), schema)

    def of_url(self, url: str, schema: str) -> Report:
        """Fetch a file from a public address and return its report."""
        with tempfile.TemporaryDirectory(prefix="opendata-validate-") as folder:
            try:
                claim = self._fetch(url, Path(folder) / "file")
            except SourceFailure as failure:
                # Details of a refusal are for administrators: they speak of settings.
                return unread(failure.reason)
            return self._check(Path(folder), claim, schema)

    def _fetch(self, url: str, spool: Path) -> str:
        """Write the file to `spool`; return the format that its address or the answer claims."""
        transport = self._open_transport(_for_strangers(self._settings), shared=self._hosts)
        with transport.open(url) as answer, spool.open("wb") as file:
            for chunk in answer:
                file.write(chunk)
        return claimed_format("", url, answer.headers)

    def _check(self, folder: Path, claim: str, schema: str) -> Report:
        """Return the report that the child makes; one of a child that was ended has its reason."""
        work = folder / "work"
        work.mkdir()
        limits = json.dumps(asdict(self._settings.tables))
        arguments = [str(folder / "file"), claim, schema, "file", str(work), limits]
        try:
            told = confined.run(_TASK, arguments, limits=self._limits())
        except SourceFailure as failure:
            return unread(failure.reason, failure.detail)
        except confined.Killed as killed:
            if killed.why != "crash":
                return unread("too-costly")
            log.warning("the check of a file crashed: %s", killed.detail)
            return unread("unreadable")
        return _read(told)

    def _limits(self) -> confined.Limits:
        web = self._settings.web
        return confined.Limits(
            seconds=web.validate_seconds,
            memory=web.validate_memory_bytes,
            output=_GROWTH * web.max_upload_bytes,
        )


def _claim(name: str) -> str:
    """Return the format that a name claims; some senders tell the whole path, of any system."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")


def _for_strangers(settings: Settings) -> Http:
    """What administrators allow for sources, within the network or patiently, is not for these."""
    return replace(
        settings.http,
        allow_private_hosts=(),
        max_bytes=settings.web.max_upload_bytes,
        transfer_deadline_seconds=settings.web.validate_seconds,
        longest_wait_seconds=0.0,
        pause_seconds=0.0,
        tries=1,
    )


def _read(told: bytes) -> Report:
    if len(told) > _MOST_REPORT:
        return unread("too-costly")
    report: dict[str, Any] = json.loads(told)
    return report
