"""Who may ask: a loopback server serves the machine it runs on, any other one wants a token.

Streamlit listens on every address unless told otherwise, so without a token the interface for
programs is off there. A browser can be tricked into asking a local server (by a page of any
site, by a name that is bound to 127.0.0.1), so without a token no web page and no other name than
the machine's own is served.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN_VARIABLE = "WARMSTART_API_TOKEN"  # noqa: S105 - the name of a variable
SHORTEST_TOKEN = 16
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_HOW = (
    f"Set {TOKEN_VARIABLE} to a long random text where the server starts (python -c 'import "
    "secrets; print(secrets.token_urlsafe())'), and send it as the header 'Authorization: Bearer "
    "TOKEN'. Or start the server for this machine alone: --server.address localhost."
)


class Declined(Exception):
    """A request that is not answered; becomes a JSON answer with a status of 4xx or 5xx.

    Parameters
    ----------
    status : int
        Of HTTP.
    code : str
        For programs: short and fixed.
    message, hint : str
        For people: what is wrong, and what to do.
    headers : mapping, optional
        Further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """What the answer says."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint or None}}


@dataclass(frozen=True)
class Site:
    """How the server was started.

    Attributes
    ----------
    address : str, optional
        That it listens on; None for all.
    token : str
        That it asks for; empty for none.
    sign_in : bool
        Whether pages ask people to sign in.
    """

    address: str | None
    token: str = field(default="", repr=False)
    sign_in: bool = False

    @property
    def local(self) -> bool:
        """Whether only programs on the same machine can reach it."""
        return is_loopback(self.address)


def token_of_environment() -> str:
    """The token that the environment sets; empty for none."""
    return os.environ.get(TOKEN_VARIABLE, "").strip()


def is_loopback(address: str | None) -> bool:
    """Whether an address means this very machine and nothing else."""
    if not address:
        return False
    name = address.strip().lower().strip("[]")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def why_off(site: Site) -> Declined | None:
    """Why the interface is off on this server, whoever asks; None where it is on."""
    if site.token:
        if len(site.token) < SHORTEST_TOKEN:
            return Declined(
                403,
                "off",
                f"The API is off: {TOKEN_VARIABLE} has {len(site.token)} characters, which can be "
                "guessed.",
                hint=f"Use at least {SHORTEST_TOKEN}, chosen at random.",
            )
        return None
    if site.sign_in:
        return Declined(
            403,
            "off",
            "The API is off: this server asks people to sign in, and programs need a token.",
            hint=_HOW,
        )
    if not site.local:
        return Declined(
            403,
            "off",
            "The API is off: this server can be reached from other machines, and no token is set.",
            hint=_HOW,
        )
    return None


def check(site: Site, headers: Mapping[str, str]) -> None:
    """Let a request pass, or not.

    Parameters
    ----------
    site : Site
        How the server was started.
    headers : mapping
        Of the request, names in small letters.

    Raises
    ------
    Declined
        When it may not be answered: 401 for a wrong token, 403 for all else.
    """
    off = why_off(site)
    if off is not None:
        raise off
    if site.token:
        _check_token(site.token, headers.get("authorization", ""))
        return
    if any(name in headers for name in _FORWARDED):
        raise Declined(
            403,
            "forwarded",
            "The request came through a proxy, so it may be from anywhere, and no token is set.",
            hint=_HOW,
        )
    if not is_loopback(_host(headers.get("host", ""))):
        raise Declined(
            403,
            "host",
            "Without a token only requests to localhost are answered.",
            hint="Ask http://localhost or http://127.0.0.1. From elsewhere: " + _HOW,
        )
    if "origin" in headers or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise Declined(
            403, "origin", "Without a token no request from a web page is answered.", hint=_HOW
        )


def _check_token(token: str, authorization: str) -> None:
    kind, _, sent = authorization.partition(" ")
    # both sides as bytes: the time that it takes tells nothing of where they differ
    same = hmac.compare_digest(
        sent.strip().encode("utf-8", "replace"), token.encode("utf-8", "replace")
    )
    if kind.lower() != "bearer" or not same:
        raise Declined(
            401,
            "token",
            "The token is missing or wrong.",
            hint=f"Send 'Authorization: Bearer TOKEN', with what {TOKEN_VARIABLE} is set to.",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _host(header: str) -> str:
    """The name in a Host header, without the port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]
