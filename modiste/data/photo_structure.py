"""Files built to be slow to open: found by their structure, before Pillow reads them.

A few bytes can ask for much work that a bound on bytes and pixels does not see: a JPEG of
thousands of scans decodes every pixel once for each, one of millions of empty segments (or
a PNG of as many chunks) is parsed in Python one by one, and a WebP's canvas is made before
its size can be asked for.
"""

from __future__ import annotations

import struct
from typing import Final

from modiste.errors import InvalidImageError

#: A progressive JPEG of a camera or an editor has about ten; each costs a pass over all pixels.
MAX_SCANS: Final = 30
#: 10 MB of a colour profile and XMP are at most a few hundred.
MAX_SEGMENTS: Final = 1_000
#: 10 MB in the 4 KB chunks of a small-minded encoder are 2,500.
MAX_CHUNKS: Final = 10_000

_JPEG: Final = b"\xff\xd8"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN: Final = 0xDA
#: Markers without a length: restarts, start and end of the image, and TEM.
_BARE: Final = frozenset({0x01, *range(0xD0, 0xDA)})


def check_structure(data: bytes) -> None:
    """Refuse a photo that asks for more work than its size tells.

    What is damaged in another way, or no photo, passes: the decoder says so better.

    Raises
    ------
    InvalidImageError
        If there are more scans, segments or chunks than any real photo has.
    """
    if data.startswith(_JPEG):
        _check_jpeg(data)
    elif data.startswith(_PNG):
        _check_png(data)


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a WebP file's canvas, or None if the bytes are none."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _check_jpeg(data: bytes) -> None:
    at = len(_JPEG)
    for _ in range(MAX_SEGMENTS):
        if data[at : at + 1] != b"\xff" or at + 4 > len(data):
            break
        marker = data[at + 1]
        if marker == _START_OF_SCAN:
            break
        if marker in (0x00, 0xFF):
            # Fill bytes; Pillow steps over them one by one as well.
            at += 1 if marker == 0xFF else 2
        else:
            at += 2 if marker in _BARE else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    else:
        raise _too_many(f"segments of a JPEG before its pixels, at most {MAX_SEGMENTS:,}")
    # Among coded pixels 0xFF is followed by 0 or a restart; a thumbnail adds one or two.
    n_scans = data.count(bytes((0xFF, _START_OF_SCAN)), at)
    if n_scans > MAX_SCANS:
        raise _too_many(f"{n_scans:,} scans of a JPEG, at most {MAX_SCANS}")


def _check_png(data: bytes) -> None:
    at = len(_PNG)
    for _ in range(MAX_CHUNKS):
        if at + 8 > len(data):
            return
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    raise _too_many(f"chunks of a PNG, at most {MAX_CHUNKS:,}")


def _too_many(what: str) -> InvalidImageError:
    return InvalidImageError(
        f"A photo must be built as cameras and editors build it; save it anew. Received: {what}",
        code="too_many_parts",
    )
