"""The client: every operation of the service as a method of its name."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from modiste.api.client.items import Items
from modiste.api.client.operating import Operating
from modiste.api.client.searches import Searches
from modiste.api.client.shoppers import Shoppers
from modiste.api.client.transport import Transport


class Client(Searches, Items, Shoppers, Operating):
    """A service of modiste, version 1; any number of threads may share one.

    What passes (429, 502, 503, 504, a broken connection) is tried again, after the time that the
    service names, and never past the deadline. Each method is named by the ``operationId`` that
    ``/openapi.json`` gives it.

    Parameters
    ----------
    url : str
        Where the service is, such as ``https://shop.example``. It alone is asked: redirects are
        not followed, and proxies of the environment not used.
    key : str, optional
        An API key, where the service asks for one.
    timeout : float
        Seconds to connect, and between two parts of an answer.
    tries : int
        How often a request is sent at most.
    deadline : float
        Seconds that one call may take, all its tries and waits together.
    traceparent : str or callable, optional
        Sent with each request (W3C Trace Context); a callable is asked for it each time.
    http : httpx.BaseTransport, optional
        Another way to the service: a proxy, certificates of your own, a test.

    Examples
    --------
    >>> with Client("https://shop.example", key) as shop:          # doctest: +SKIP
    ...     answer = shop.recommend(text="striped dress", user_id="U1", k=5)
    ...     shop.record_events([Event("U1", "purchase", answer.recommendations[0].item_id)])
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: float = 10.0,
        tries: int = 4,
        deadline: float = 30.0,
        traceparent: str | Callable[[], str | None] | None = None,
        http: httpx.BaseTransport | None = None,
    ) -> None:
        self._transport = Transport(
            url,
            key,
            timeout=timeout,
            tries=tries,
            deadline=deadline,
            traceparent=traceparent,
            http=http,
        )

    def close(self) -> None:
        """Close every connection; also done at the end of a ``with``."""
        self._transport.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
