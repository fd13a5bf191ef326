"""Which addresses may be asked: one URL parser, and the guard of what a name resolves to.

What connects is built from the parts found here and from nothing else, so that no second parser
can read the same text another way.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from opendata.errors import SettingError, SourceFailure

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL = 8_000  # longer ones are refused by most servers, too
_MAX_SHOWN = 300

# Line feeds, NUL and the like never belong in an address, and clients disagree on backslashes.
_NEVER = re.compile("[\x00-\x1f\x7f-\x9f\\\\\u2028\u2029\ud800-\udfff]")
_ENCODED_LINE_END = re.compile("%0[ad0]", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# The last label of every form that some resolver takes for an IPv4 address: 127.1, 0x7f.1, 017...
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Everything a path or query may hold as it stands; `%` so that what is encoded stays as it is.
_SAFE = "/?:@!$&'()*+,;=-._~%[]"

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Address:
    """A web address taken apart: `host` is ASCII and lower-case, an IPv6 one without brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def bracketed_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def host_and_port(self) -> str:
        return f"{self.bracketed_host}:{self.port}"

    @property
    def authority(self) -> str:
        """What stands in the Host header: the port only where it is not the usual one."""
        usual = self.port == DEFAULT_PORTS[self.scheme]
        return self.bracketed_host if usual else self.host_and_port

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parse(url: str) -> Address:
    """Take a URL apart; raise `SourceFailure` bad-url or forbidden-scheme."""
    where = shown(url)
    parts = _split(url, where)
    if parts.scheme not in DEFAULT_PORTS:
        raise SourceFailure(
            "forbidden-scheme", where, "only http and https addresses are fetched; change it"
        )
    if "@" in parts.netloc:
        raise _bad(where, "user names and passwords in an address are refused; use a secret")
    try:
        port = parts.port
    except ValueError as err:
        raise _bad(where, "its port is not a number from 1 to 65535") from err
    return Address(
        scheme=parts.scheme,
        host=_host(parts.hostname or "", where),
        port=DEFAULT_PORTS[parts.scheme] if port is None else port,
        target=_target(parts, where),
    )


def join(base: Address, location: str, where: str) -> Address:
    """Return where a redirect leads; `where` is what the person asked for, for the error text."""
    if not location:
        raise SourceFailure("unexpected-status", where, "it redirects without saying where to")
    try:
        _check_text(location, where)
        return parse(urljoin(base.url, location))
    except ValueError as err:
        raise _bad(where, "it redirects to something that is no address") from err
    except SourceFailure as err:
        raise SourceFailure(
            err.reason, where, f"it redirects to a refused address: {err.detail}"
        ) from err


def shown(url: str) -> str:
    """Return a URL as it may stand in a message: no user-info, no query, no control character."""
    bare = _NEVER.sub("", url.partition("#")[0])
    bare = re.sub(r"^([^/?]*//)[^/?]*@", r"\1", bare)
    path, mark, _ = bare.partition("?")
    return f"{path[:_MAX_SHOWN]}{'?…' if mark else ''}"


def is_public(address: str) -> bool:
    """Tell whether an IP address is a public one, also where it is wrapped in another."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(_is_public(each) for each in _unwrapped(ip))


class Guard:
    """The rule of one installation: public addresses and usual ports, and named exceptions."""

    def __init__(self, *, ports: Sequence[int], private_hosts: Sequence[str]) -> None:
        self._ports = frozenset(ports)
        self._private = frozenset(_named_host(entry) for entry in private_hosts)

    def check(self, address: Address, where: str) -> None:
        """Raise forbidden-port, or forbidden-address for an IP address that is not public."""
        if address.port not in self._ports and address.host_and_port not in self._private:
            raise SourceFailure(
                "forbidden-port",
                where,
                "it leads to a port that is not one of [http] allow_ports; add the port there, or, "
                "for a source inside the own network, the host to [http] allow_private_hosts",
            )
        if ":" in address.host or _is_ipv4(address.host):
            self.check_resolved(address, [address.host], where)

    def check_resolved(self, address: Address, resolved: Sequence[str], where: str) -> None:
        """Raise forbidden-address unless every address of the host is public or it is named."""
        if self.is_named(address) or all(is_public(each) for each in resolved):
            return
        raise SourceFailure(
            "forbidden-address",
            where,
            "it does not lead to a public address; if the source is internal, "
            "name it in [http] allow_private_hosts",
        )

    def is_named(self, address: Address) -> bool:
        """Tell whether an address is one of the named exceptions."""
        return not self._private.isdisjoint({address.host_and_port, address.bracketed_host})


def _named_host(entry: str) -> str:
    """Return an entry of allow_private_hosts in the form that addresses are compared in."""
    try:
        address = parse(f"http://{entry.strip()}")
    except SourceFailure as err:
        raise _bad_entry(entry) from err
    if address.target != "/":
        raise _bad_entry(entry)
    has_port = re.search(r":[0-9]+\s*$", entry)
    return address.host_and_port if has_port else address.bracketed_host


def _bad_entry(entry: str) -> SettingError:
    return SettingError(
        f"http.allow_private_hosts holds {entry!r}; write HOST or HOST:PORT, nothing more."
    )


def _split(url: str, where: str) -> SplitResult:
    _check_text(url, where)
    try:
        return urlsplit(url.strip(" "))
    except ValueError as err:
        raise _bad(where, "it cannot be read; check its brackets") from err


def _check_text(url: str, where: str) -> None:
    if len(url) > MAX_URL:
        raise _bad(where, f"it is longer than {MAX_URL} characters")
    if _NEVER.search(url):
        raise _bad(where, "it holds a backslash or a control character")


def _host(host: str, where: str) -> str:
    """Return the one ASCII form of a host; odd ways to write an IPv4 address are refused."""
    if ":" in host:
        return _ipv6(host, where)
    if not host.isascii():
        host = _idna(host, where)
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _bad(where, "its host name is not valid")
    if _NUMERIC_LABEL.fullmatch(labels[-1]) and not _is_ipv4(host):
        raise _bad(where, "its host looks like an IP address but is not written as one")
    return host


def _ipv6(host: str, where: str) -> str:
    try:
        ip = ipaddress.IPv6Address(host)
    except ValueError as err:
        raise _bad(where, "its host is not a valid IPv6 address") from err
    if ip.scope_id:
        raise _bad(where, "its host names a network interface of this machine")
    return str(ip)


def _idna(host: str, where: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as err:
        raise _bad(where, "its host name is not a valid international name") from err


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _target(parts: SplitResult, where: str) -> str:
    if _ENCODED_LINE_END.search(parts.path):
        raise _bad(where, "its path holds an encoded line end")
    path = quote(parts.path or "/", safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path


def _bad(where: str, fact: str) -> SourceFailure:
    return SourceFailure("bad-url", where, f"the address is refused: {fact}")


def _unwrapped(ip: IPAddress) -> Iterator[IPAddress]:
    """Yield every address that packets to `ip` may reach in the end."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
        return
    if ip.ipv4_mapped:
        yield ip.ipv4_mapped
        return
    yield ip
    if ip in _NAT64:
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)


def _is_public(ip: IPAddress) -> bool:
    if not ip.is_global or ip.is_multicast:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip.sixtofour or ip.teredo):
        # Tunnels to an IPv4 address; both are given up, and newer Pythons call them not global.
        return False
    # Python calls ranges global that nobody has given out yet, such as ::/8 and 4000::/3.
    return ip.version == 4 or ip in _GLOBAL_UNICAST or ip in _NAT64
