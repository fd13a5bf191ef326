"""The outbound proxy that an administrator names: how it is written, and the tunnel through it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import httpcore

from opendata.errors import SettingError, SourceFailure
from opendata.transport import addresses
from opendata.transport.addresses import Address
from opendata.transport.transient import Transient

_REFUSED = {401, 403, 407}


@dataclass(frozen=True)
class Proxy:
    """Where the proxy is, and the header value that it is shown; no message holds the latter."""

    address: Address
    authorization: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What is said to the proxy alone."""
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}

    def refusal(self, status: int, where: str) -> SourceFailure:
        """Return the failure that the proxy's own answer tells of."""
        name = f"the proxy {self.address.host_and_port}"
        if status in _REFUSED:
            fact = f"{name} refused it with status {status}; check [http] proxy and its rules"
            return SourceFailure("blocked", where, fact)
        return Transient("connection", where, f"{name} could not connect; its status is {status}")

    def failure(self, err: Exception, where: str) -> SourceFailure:
        """Return the failure of not getting through to the proxy."""
        name = f"the proxy {self.address.host_and_port}"
        if isinstance(err, httpcore.TimeoutException):
            return Transient("timeout", where, f"{name} did not answer in time")
        fact = f"{name} cannot be reached or is no proxy; check [http] proxy"
        return Transient("connection", where, fact)

    def open_tunnel(
        self,
        stream: httpcore.NetworkStream,
        target: Address,
        *,
        timeout: float | None,
        where: str,
    ) -> None:
        """Let the proxy connect the stream to `target`; raises `SourceFailure` if it refuses."""
        place = target.host_and_port.encode()
        scheme, host = self.address.scheme.encode(), self.address.host.encode()
        request = httpcore.Request(
            "CONNECT",
            httpcore.URL(scheme=scheme, host=host, port=self.address.port, target=place),
            headers=[("Host", place), *self.headers.items()],
            extensions={"timeout": {"read": timeout, "write": timeout}},
        )
        origin = httpcore.Origin(scheme, host, self.address.port)
        response = httpcore.HTTP11Connection(origin, stream).handle_request(request)
        if not 200 <= response.status < 300:
            raise self.refusal(response.status, where)


def parse(setting: str) -> Proxy | None:
    """Return the proxy of `[http] proxy`, none if that is empty; raises SettingError."""
    if not setting:
        return None
    try:
        parts = urlsplit(setting)
        user_info, _, place = parts.netloc.rpartition("@")
        address = addresses.parse(f"{parts.scheme}://{place}{parts.path}")
        is_bare = address.target == "/" and not parts.query and not parts.fragment
        if parts.scheme != "http" or not parts.port or not is_bare:
            raise ValueError(place)
        return Proxy(address, _authorization(user_info))
    except (ValueError, SourceFailure):
        # The value may hold a password: it is not repeated.
        raise SettingError(
            "http.proxy is not the address of a proxy; "
            "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT."
        ) from None


def _authorization(user_info: str) -> str:
    if not user_info:
        return ""
    user, _, password = user_info.partition(":")
    return "Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
