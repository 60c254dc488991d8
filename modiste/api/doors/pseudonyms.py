"""Names for logs: the same shopper or address looks the same, and nobody finds out which."""

from __future__ import annotations

import hashlib
import hmac
import secrets


class Pseudonyms:
    """Keyed hashes of ids.

    Parameters
    ----------
    key : bytes, optional
        Random by default, and kept nowhere: after a restart the same id has another name, so
        that old logs tell nothing of a shopper who was deleted.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def of(self, kind: str, value: str) -> str:
        """Return the pseudonym of a value; of another kind, the same value has another."""
        said = f"{kind}\x00{value}".encode(errors="surrogatepass")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:16]
