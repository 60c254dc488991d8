"""What cursors are signed with, so that nobody makes up a search, a page or an owner."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

logger = logging.getLogger(__name__)

SIGNATURE_BYTES: Final = hashlib.sha256().digest_size
#: A store that could not be read is asked again after this long.
_RETRY_SECONDS: Final = 5.0


class CursorKeys:
    """The key of a service's cursors, and one of this process.

    The processes of a service share the store's. Without a store, and while it has never been
    read, the process's own signs: such a cursor ends with the process.

    Parameters
    ----------
    read : callable, optional
        Returns the shared key, or raises `unreadable`.
    unreadable : type of Exception
        What `read` raises while there is no store to read.
    clock : callable
        Seconds that never go back.
    """

    def __init__(
        self,
        read: Callable[[], bytes] | None = None,
        unreadable: type[Exception] = OSError,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = secrets.token_bytes(SIGNATURE_BYTES)
        self._read = read
        self._unreadable = unreadable
        self._clock = clock
        self._reading = threading.Lock()
        self._shared: bytes | None = None
        self._next_reading = clock()
        self._shared_key()

    def sign(self, payload: bytes) -> bytes:
        """Return the signature of a payload, `SIGNATURE_BYTES` long."""
        return hmac.digest(self._shared_key() or self._own, payload, hashlib.sha256)

    def signed(self, payload: bytes, signature: bytes) -> bool:
        """Return whether this service signed a payload."""
        keys = [self._own] if (shared := self._shared_key()) is None else [shared, self._own]
        return any(
            hmac.compare_digest(hmac.digest(key, payload, hashlib.sha256), signature)
            for key in keys
        )

    def _shared_key(self) -> bytes | None:
        # One search asks the store, the others go on meanwhile.
        if self._shared is not None or self._read is None or not self._reading.acquire(False):
            return self._shared
        try:
            if self._shared is None and self._clock() >= self._next_reading:
                self._shared = self._read()
        except self._unreadable as error:
            self._next_reading = self._clock() + _RETRY_SECONDS
            logger.warning("cursors are signed by this process only: %s", error)
        finally:
            self._reading.release()
        return self._shared
