"""Files of people without an account, checked in a process of its own; nothing is kept of them.

Their bytes lie in a folder that goes with the check, and no message of ours repeats any of them.
What a server of pages holds of the pipeline is its name: only the child loads it.
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
from urllib.parse import unquote, urlsplit

from opendata import confined
from opendata.config import Http, Settings
from opendata.errors import SourceFailure
from opendata.transport.client import Transport
from opendata.transport.hosts import Hosts

Report = dict[str, Any]

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
            return self._check(Path(folder), _plain(name), "", schema)

    def of_url(self, url: str, schema: str) -> Report:
        """Fetch a file from a public address and return its report."""
        with tempfile.TemporaryDirectory(prefix="opendata-validate-") as folder:
            try:
                media_type = self._fetch(url, Path(folder) / "file")
            except SourceFailure as failure:
                # Details of a refusal are for administrators: they speak of settings.
                return unread(failure.reason)
            name = _plain(unquote(urlsplit(url).path))
            return self._check(Path(folder), name, media_type, schema)

    def _fetch(self, url: str, spool: Path) -> str:
        """Write the file to `spool`; return the media type that the answer claims."""
        transport = self._open_transport(_for_strangers(self._settings), shared=self._hosts)
        with transport.open(url) as answer, spool.open("wb") as file:
            for chunk in answer:
                file.write(chunk)
        return answer.headers.get("content-type", "")

    def _check(self, folder: Path, name: str, media_type: str, schema: str) -> Report:
        """Return the report that the child makes; one of a child that was ended has its reason."""
        work = folder / "work"
        work.mkdir()
        limits = json.dumps(asdict(self._settings.tables))
        arguments = [str(folder / "file"), name, media_type, schema, str(work), limits]
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


def unread(reason: str, detail: str = "") -> Report:
    """Return the report of a file that could not be read, as `check_file.report_on` gives it."""
    nothing: Report = {"format": "", "encoding": "", "problems": [], "tables": []}
    return {**nothing, "reason": reason, "valid": False, "detail": detail, "proposed": []}


def _plain(name: str) -> str:
    """Return the last part of a name: some senders tell the whole path, of any system."""
    return PurePosixPath(name.replace("\\", "/")).name


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
    report: Report = json.loads(told)
    return report
