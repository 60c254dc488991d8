"""Ids that follow a request through the logs of several services.

References
----------
W3C Trace Context, Recommendation of 23 November 2021, section 3.2.
"""

from __future__ import annotations

import re
import uuid
from typing import Final

_TRACEPARENT: Final = re.compile(
    r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]*)?"
)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
#: A later version may say more, but not without end.
_MAX_TRACEPARENT: Final = 256


def traceparent(header: str | None) -> str | None:
    """Return a ``traceparent`` header as it came if it is valid, else None."""
    if header is None or len(header) > _MAX_TRACEPARENT:
        return None
    found = _TRACEPARENT.fullmatch(header)
    if found is None:
        return None
    version, trace_id, parent_id, _, more = found.groups()
    is_known = version != "ff" and not (version == "00" and more)
    return header if is_known and int(trace_id, 16) and int(parent_id, 16) else None


def request_id(header: str | None) -> str:
    """Return the id that a proxy gave a request, or one of our own."""
    if header is not None and _REQUEST_ID.fullmatch(header):
        return header
    return uuid.uuid4().hex
