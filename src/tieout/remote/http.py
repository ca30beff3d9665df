"""One HTTP call to a vendor: quota first, then send, and every way of ending told apart."""

from collections.abc import Mapping, Sequence

import httpx2
import msgspec

from tieout.remote.ports import Clock, Limiter, Rate, Timeout

READ_SECONDS = 60.0


class Answer(msgspec.Struct, frozen=True):
    """What the vendor answered. headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, empty where there is none."""
        return self.headers.get(name.lower(), "")

    def retry_after(self) -> float | None:
        """The seconds of `Retry-After`, where it is a number."""
        text = self.header("retry-after")
        return float(text) if text.isdigit() else None


class NeverSent(Exception):
    """The request certainly did not reach the vendor."""


class NoAnswer(Exception):
    """The request may have reached the vendor; no whole answer came back."""


class Http:
    """Makes calls for one account, within its quotas, and counts them.

    limiter: None switches quotas off (a sandbox that says so).
    """

    def __init__(
        self, client: httpx2.AsyncClient, *, account: str, clock: Clock, limiter: Limiter | None = None
    ) -> None:
        self._client = client
        self._account = account
        self._clock = clock
        self._limiter = limiter
        self.calls = 0

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes = b"",
        rates: Sequence[Rate] = (),
        timeout: Timeout = READ_SECONDS,
    ) -> Answer:
        """Send once and return the whole answer, whatever its status.

        timeout: for connecting, sending and reading, each. Raises NeverSent, NoAnswer.
        """
        await self._wait_for_quota(rates)
        seconds = timeout() if callable(timeout) else timeout
        self.calls += 1
        try:
            answer = await self._client.request(
                method, url, headers=dict(headers), content=content or None, timeout=seconds
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol) as error:
            raise NeverSent(f"{_host(url)} cannot be reached: {_reason(error)}") from error
        except httpx2.HTTPError as error:
            raise NoAnswer(f"{_host(url)} gave no answer: {_reason(error)}") from error
        return Answer(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=answer.content,
        )

    async def _wait_for_quota(self, rates: Sequence[Rate]) -> None:
        if self._limiter is None:
            return
        for rate in rates:
            wait = self._limiter.reserve(self._account, rate, self._clock.now())
            if wait > 0:
                await self._clock.sleep(wait)


def _host(url: str) -> str:
    return httpx2.URL(url).host or url


def _reason(error: Exception) -> str:
    return f"{(str(error) or type(error).__name__).rstrip('.')}."
