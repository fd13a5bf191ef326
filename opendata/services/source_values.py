"""What a setting of a source may be: each check returns the value as it is kept, or says in a
sentence why it cannot be. A credential never stands in a setting, and no sentence repeats one."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from opendata.errors import SettingError
from opendata.records import clean_text
from opendata.transport.addresses import MAX_URL, shown

_MAX_TEXT = MAX_URL
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_OPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NOT_FOR_SECRETS = ("host", "connection", "content-length", "transfer-encoding", "user-agent")
# Names of query parameters that carry a credential wherever they are used.
_CREDENTIALS = frozenset(
    ("access_token", "api_key", "apikey", "auth_token", "client_secret", "passwd", "password")
    + ("pwd", "secret", "sig", "signature", "token", "apitoken", "subscription_key")
    + ("x_amz_signature",)
)


def one_of(what: str, value: str, choices: Iterable[str]) -> str:
    """Return a word of a closed list."""
    known = sorted(choices)
    if value not in known:
        raise SettingError(f"{value!r} is no {what}; choose one of: {', '.join(known)}.")
    return value


def text(value: str) -> str:
    """Return text that is not too long and that the database can keep."""
    if len(value) > _MAX_TEXT:
        raise SettingError(
            f"The text has {len(value)} characters; write it in at most {_MAX_TEXT}."
        )
    if clean_text(f"|{value}|") != f"|{value}|":
        raise SettingError("The text holds control characters; write it without them.")
    return value


def web_address(url: str) -> str:
    """Return an http or https address that holds no credential."""
    parts = _split(url)
    if "@" in parts.netloc or (not parts.hostname and "@" in url):
        raise SettingError(
            "The address holds a password; leave it out and name the variable that holds it with "
            "--secret-env (in a file: secret_env)."
        )
    is_whole = parts.scheme in ("http", "https") and parts.hostname
    if not is_whole or not url.isprintable() or len(url) > MAX_URL:
        raise SettingError(f"{shown(url)!r} is not a web address; write it as https://host/path.")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower().replace("-", "_") in _CREDENTIALS:
            raise SettingError(
                f"The address holds a credential ({name}=…); leave it out, name a variable with "
                "--secret-env and the header it is sent in with --option secret_header=NAME."
            )
    return url


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def variable(name: str) -> str:
    """Return the name of an environment variable."""
    if not _VARIABLE.fullmatch(name):
        raise SettingError(
            "This is not the name of an environment variable (capital letters, digits and _); "
            "give the name, not the secret."
        )
    if name.startswith("OPENDATA_") and not name.startswith("OPENDATA_SECRET_"):
        # A file of sources from elsewhere must not send our own settings to an address of its own.
        raise SettingError(
            f"{name} is a setting of the catalogue; put the credential into a variable of its own."
        )
    return name


def option(key: str, value: str) -> str:
    """Return the value of an option of a harvester."""
    if not _OPTION.fullmatch(key):
        raise SettingError(
            f"{clean_text(key)[:80]!r} is not the name of an option; the README of the harvesters "
            "lists them."
        )
    is_header = _HEADER.fullmatch(value) and value.lower() not in _NOT_FOR_SECRETS
    if key == "secret_header" and value and not is_header:
        raise SettingError(
            "secret_header is the name of a header, like X-API-Key, and nothing else; "
            "the credential itself comes from the variable that --secret-env names."
        )
    return text(value)


def email(address: str) -> str:
    """Return an address of electronic mail."""
    if not _EMAIL.fullmatch(address):
        raise SettingError(f"{address!r} is not a mail address; write it as name@agency.gov.vn.")
    return address


def certificate_file(path: str) -> str:
    """Return the whole path of a file of PEM certificates that can be read now."""
    file = Path(path)
    if not file.is_absolute():
        raise SettingError(
            f"{path!r} is not a whole path; write it from the root, "
            "since workers run in other folders."
        )
    if not file.is_file():
        raise SettingError(f"There is no file {path}; name a file of certificates in PEM form.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError as err:  # ssl.SSLError is one
        why = "it cannot be read" if err.__class__ is PermissionError else "it holds none"
        raise SettingError(
            f"{path} cannot serve as a file of certificates: {why}; "
            "give one with BEGIN CERTIFICATE in it (PEM)."
        ) from err
    return path
