"""One HTTP POST of JSON, repeated with back-off until the endpoint answers or patience ends.

Retried are 408, 409, 425, 429, every 5xx, time-outs, cut connections and answers of 200 that hold no
completion. `Retry-After` is honoured; where nothing is asked for the wait doubles from one second on, with
jitter, so that workers that failed together do not come back together. Redirects are not followed: they
would carry the key to another host. Knows nothing of prompts, budgets or caches.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import random
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from peam.errors import ConfigError, PlannerError

RETRIED = frozenset({408, 409, 425, 429})  # and every 5xx
SPENT = "insufficient_quota"  # OpenAI's word in a 429 that no waiting heals
LARGEST = 8_000_000  # bytes of an answer
SHOWN = 300  # characters of an endpoint's own words in an error
CHUNK = 65_536


class RefusedError(PlannerError):
    """The endpoint does not take this request, and says why in `text`."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__(f"{url} answered {status}: {' '.join(text.split())[:SHOWN]}")
        self.status, self.text = status, text


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Leaves the redirect an error."""


class _TransientError(Exception):
    """What may be gone at the next try; `wait`: seconds that the endpoint asks for."""

    def __init__(self, text: str, wait: float | None = None, hopeless: bool = False) -> None:
        super().__init__(text)
        self.wait, self.hopeless = wait, hopeless


@dataclass(slots=True)
class Wire:
    """The way to one endpoint.

    Attributes:
        url: Where to post.
        key: Sent as a bearer token, "" for none. Never part of an error's text.
        timeout: Seconds for one try: of every pause of the connection, and of the answer as a whole.
        retries: Tries after the first.
        longest_wait: Seconds between two tries, at most; an endpoint that asks for more is given up.
        sleep: Waits so many seconds.
    """

    url: str
    key: str
    timeout: float
    retries: int
    longest_wait: float
    sleep: Callable[[float], None] = time.sleep
    _reached: bool = False

    def __post_init__(self) -> None:
        """Raises ConfigError where URL or key cannot be sent."""
        try:
            parts = urllib.parse.urlsplit(self.url)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is no number
            sound = False
        if not sound or not self.url.isprintable() or " " in self.url:
            raise ConfigError(f"slow.openai.base_url '{self.url}' is not like https://host/v1")
        if not self.key.isascii() or not (self.key.isprintable() and " " not in self.key):
            raise ConfigError("the key for slow.openai holds characters that no HTTP header can carry")

    def post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Posts, and posts again while that may help; returns the completion.

        Raises:
            RefusedError: The endpoint will not take the request however often it is sent.
            PlannerError: It did not answer.
        """
        payload = json.dumps(body).encode()
        for number in range(self.retries + 1):
            try:
                answer = self._once(payload)
                self._reached = True
                return answer
            except _TransientError as error:
                self._pause(error, number)
        raise AssertionError("the last try raises")

    def _pause(self, error: _TransientError, number: int) -> None:
        if error.hopeless or number >= self.retries:
            raise PlannerError(f"{self.url} {error}; gave up after {number + 1} tries") from None
        if error.wait is not None and error.wait > self.longest_wait:
            asked = f"asks for {error.wait:.0f} s, more than slow.openai.longest_wait"
            raise PlannerError(f"{self.url} {error}: {asked}") from None
        jitter = random.uniform(0.5, 1.0)  # waiting decides nothing, so it needs no seed
        backoff = min(self.longest_wait, 2.0**number) * jitter
        self.sleep(backoff if error.wait is None else error.wait + 0.1 * jitter)

    def _once(self, payload: bytes) -> dict[str, Any]:
        opener = urllib.request.build_opener(_NoRedirect())
        deadline = time.monotonic() + self.timeout
        try:
            with opener.open(self._request(payload), timeout=self.timeout) as response:
                return _completion(_read(response, deadline))
        except urllib.error.HTTPError as error:
            with error:
                raise self._answered(error, _words(error, deadline)) from None
        except urllib.error.URLError as error:
            raise self._unreached(error.reason) from None
        except (TimeoutError, OSError, http.client.HTTPException) as error:
            raise _TransientError(f"broke off ({type(error).__name__}: {error})") from None

    def _request(self, payload: bytes) -> urllib.request.Request:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "peam"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return urllib.request.Request(self.url, payload, headers, method="POST")

    def _answered(self, error: urllib.error.HTTPError, text: str) -> Exception:
        text = text.replace(self.key, "***") if self.key else text
        if (error.code in RETRIED or error.code >= 500) and SPENT not in text:
            return _TransientError(f"answered {error.code}", retry_after(error.headers))
        return RefusedError(self.url, error.code, text)

    def _unreached(self, reason: object) -> Exception:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return PlannerError(f"{self.url}: its certificate does not verify ({reason.verify_message})")
        absent = isinstance(reason, (ConnectionRefusedError, socket.gaierror)) and not self._reached
        return _TransientError(f"cannot be reached ({reason})", hopeless=absent)


def retry_after(headers: Message) -> float | None:
    """Returns the seconds that a `Retry-After` header asks for (RFC 9110: a number or a date), or None."""
    value = str(headers.get("Retry-After", "")).strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value):
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _read(response: Any, deadline: float) -> bytes:
    """Reads an answer that may neither be endless nor take for ever."""
    parts, size = [], 0
    while part := response.read1(CHUNK):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise _TransientError(f"answered with more than {LARGEST} bytes")
        if time.monotonic() > deadline:
            raise _TransientError("takes longer than slow.openai.timeout")
    return b"".join(parts)


def _words(error: urllib.error.HTTPError, deadline: float) -> str:
    """Returns what an error answer says, as far as it gets through."""
    try:
        return _read(error, deadline).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, _TransientError):
        return ""


def _completion(content: bytes) -> dict[str, Any]:
    """Returns the completion, whose `choices[0].message` is an object."""
    try:
        data = json.loads(content)
        message = data["choices"][0]["message"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise _TransientError("answered 200 without a whole completion") from None
    if not isinstance(data, dict) or not isinstance(message, dict):
        raise _TransientError("answered 200 without a whole completion")
    return data
