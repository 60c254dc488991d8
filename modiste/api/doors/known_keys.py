"""The keys that open the service, kept in memory, so that a request waits for no database."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from modiste.data.store.api_keys import ApiKey, ApiKeys, key_hash, prefix_of

logger = logging.getLogger(__name__)

#: A list of keys older than this is read again, beside the requests that use it.
REFRESH_SECONDS: Final = 1.5
#: One older than this is used no more while the database can be read: so long may a
#: revoked key still work.
TRUSTED_SECONDS: Final = 3.0
#: So long the last list is used while the database cannot be read.
OUTAGE_SECONDS: Final = 900.0
#: So long a request waits for a list that is being read; after that it takes the last one.
_WAIT_SECONDS: Final = 0.25
#: A key just made is looked for, and a database that is away tried, not more often than this.
_PAUSE_SECONDS: Final = 0.5
#: A reading that has not come back after this is given up, and another one begun.
_GIVEN_UP_SECONDS: Final = 5.0
#: The last use of a key is written this often.
_NOTED_EVERY: Final = timedelta(minutes=1)
_NO_HASH: Final = bytes(32)


class KeysUnavailableError(Exception):
    """No list of keys is fresh enough, and none can be read."""


class KnownKeys:
    """All keys that open something, read again and again.

    The whole list is kept, so that a stream of made-up keys costs no query each.

    Parameters
    ----------
    store : ApiKeys
    clock : callable
        Seconds that never go back.
    """

    def __init__(self, store: ApiKeys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._reading: threading.Thread | None = None
        self._keys: dict[str, tuple[ApiKey, bytes]] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._noted: dict[str, datetime] = {}

    def find(self, secret: str) -> ApiKey | None:
        """Return the key with this text if it opens anything now.

        Raises
        ------
        KeysUnavailableError
            If the database has not been read for `OUTAGE_SECONDS`, or never.
        """
        prefix = prefix_of(secret)
        if prefix is None:
            return None
        self._refresh(at_most=TRUSTED_SECONDS)
        if prefix not in self._keys:
            self._refresh(at_most=_PAUSE_SECONDS)
        if self._read_at is None or self._clock() - self._read_at > OUTAGE_SECONDS:
            raise KeysUnavailableError
        key, expected = self._keys.get(prefix, (None, _NO_HASH))
        matches = hmac.compare_digest(key_hash(secret), expected)
        now = datetime.now(UTC)
        if key is None or not matches or not key.is_usable(now):
            return None
        self._note_use(prefix, now)
        return key

    def _refresh(self, at_most: float) -> None:
        """Read the list if it is old, and wait for that if it is older than `at_most`."""
        age = self._age(self._read_at)
        if age <= min(at_most, REFRESH_SECONDS):
            return
        with self._lock:
            reading = self._reading
            if reading is not None and self._age(self._tried_at) > _GIVEN_UP_SECONDS:
                reading = None
            # While the database is away it is tried now and then, and not by every request.
            if reading is None and self._age(self._tried_at) > _PAUSE_SECONDS:
                self._tried_at = self._clock()
                # A thread of its own: a database that does not answer at all must not hold
                # the threads that answer requests.
                reading = threading.Thread(target=self._read, name="api-keys", daemon=True)
                self._reading = reading
                reading.start()
            begun = self._tried_at
        if reading is not None and age > at_most:
            reading.join(max(0.0, _WAIT_SECONDS - self._age(begun)))

    def _age(self, moment: float | None) -> float:
        return float("inf") if moment is None else self._clock() - moment

    def _read(self) -> None:
        begun = self._clock()
        try:
            keys = self._store.usable()
            with self._lock:
                # One given up may come back after a later one.
                if self._read_at is None or begun >= self._read_at:
                    self._keys, self._read_at = keys, begun
        except SQLAlchemyError as error:
            logger.warning("keys could not be read: %s", type(error).__name__)
        finally:
            with self._lock:
                if self._reading is threading.current_thread():
                    self._reading = None

    def _note_use(self, prefix: str, now: datetime) -> None:
        with self._lock:
            noted = self._noted.get(prefix)
            if noted is not None and now - noted < _NOTED_EVERY:
                return
            self._noted[prefix] = now
        threading.Thread(target=self._write_use, args=(prefix, now), daemon=True).start()

    def _write_use(self, prefix: str, now: datetime) -> None:
        try:
            self._store.mark_used({prefix: now})
        except SQLAlchemyError as error:
            logger.warning("the use of a key could not be kept: %s", type(error).__name__)
