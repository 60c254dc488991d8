"""Decompression bombs, archives and files of other formats, under the name of a photo."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import wave
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final

from PIL import Image

from tests.reliability.made_photos import encoded, photo, plain

_SCANS, _SEGMENTS, _CHUNKS = 500, 50_000, 50_000
_MILLIONS: Final = 60_000_000
#: Shapes past the bound on pixels.
_SHAPES: Final = ((2**31 - 1, 1), (_MILLIONS, 1), (1, _MILLIONS), (30_000, 30_000), (65_000, 900))


def bombs() -> dict[str, bytes]:
    """Return 40 small files that ask for much memory or time."""
    found: dict[str, bytes] = {}
    for width, height in _SHAPES:
        for depth, colour in ((8, 2), (16, 6), (1, 0), (8, 3)):
            header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
            found[f"png {width}x{height} {depth} {colour}"] = _png(header=header)
    # Pixels that are there, many times as many as may be.
    rows = zlib.compress(bytes(8_000 * 3 * 8_000 // 20), 9)
    header = struct.pack(">IIBBBBB", 8_000, 8_000, 8, 2, 0, 0, 0)
    found["png of zeros"] = _png(header=header, pixels=rows * 4)
    for width, height in ((65_500, 65_500), (65_500, 800), (800, 65_500), (9_000, 9_000)):
        found[f"jpeg {width}x{height}"] = _jpeg_of(width, height, progressive=False)
        found[f"progressive {width}x{height}"] = _jpeg_of(width, height, progressive=True)
    for side in (2**24, 16_000, 8_000):
        found[f"webp {side}"] = _webp_canvas(side, side)
    scans = encoded(plain(), "JPEG", progressive=True)
    start = scans.rindex(b"\xff\xda")
    found["scans"] = scans[:-2] + scans[start:-2] * _SCANS + scans[-2:]
    found["segments"] = b"\xff\xd8" + b"\xff\xfe\0\2" * _SEGMENTS + photo()[2:]
    found["fill"] = b"\xff\xd8" + b"\xff" * 9_000_000
    found["chunks"] = _png(_chunk(b"teSt", b"") * _CHUNKS)
    bomb = b"a\0\0" + zlib.compress(bytes(80_000_000), 9)
    found["profile"] = _png(_chunk(b"iCCP", bomb))
    found["text"] = _png(_chunk(b"zTXt", bomb))
    found["texts"] = _png(_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000), 9)) * 2_000)
    found["frames"] = _png(
        _chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)),
        header=struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0),
    )
    return found


def archives() -> dict[str, bytes]:
    """Return 25 archives: nested, climbing, overlapping, cut short, joined with a photo."""
    zeros = _zip({"photo.jpg": bytes(20_000_000)})
    nested = zeros
    for depth in range(4):
        nested = _zip({f"{depth}-{nth}.zip": nested for nth in range(4)})
    inside = _zip({"photo.jpg": photo()})
    whole = _tar({"photo.jpg": photo()})
    return {
        "zip": inside,
        "zip of zeros": zeros,
        "zip of zips": nested,
        "zip that climbs": _zip({"../../../../etc/cron.d/a": b"* * * * * root id"}),
        "zip of 20,000": _zip({str(nth): b"" for nth in range(20_000)}),
        "zip overlapping": inside[:60] * 400 + inside[60:],
        "zip encrypted": inside.replace(b"PK\1\2\x14\0\x14\0\0\0", b"PK\1\2\x14\0\x14\0\1\0"),
        "zip cut": inside[:-40],
        "zip empty": _zip({}),
        "zip before a photo": inside + photo(),
        "jar": _zip({"META-INF/MANIFEST.MF": b"Main-Class: A\n", "A.class": b"\xca\xfe\xba\xbe"}),
        "docx": _zip({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"}),
        "xml entities in a zip": _zip({"a.svg": b'<!ENTITY a "aaa"><!ENTITY b "&a;&a;">'}),
        "tar": whole,
        "tar that climbs": _tar({"../../etc/passwd": b"root::0:0"}),
        "tar with a link": _tar({}, link="/etc/shadow"),
        "tar.gz": gzip.compress(whole),
        "gzip of zeros": gzip.compress(bytes(50_000_000)),
        "gzip of a photo": gzip.compress(photo()),
        "bzip2 of zeros": bz2.compress(bytes(20_000_000)),
        "xz of zeros": lzma.compress(bytes(20_000_000), preset=1),
        "7z": b"7z\xbc\xaf'\x1c\0\4" + bytes(24) + lzma.compress(bytes(1_000)),
        "rar": b"Rar!\x1a\7\1\0" + bytes(500),
        "cab": b"MSCF\0\0\0\0" + bytes(500),
        "zstd": b"\x28\xb5\x2f\xfd" + bytes(500),
    }


def other_formats() -> dict[str, bytes]:
    """Return 30 files that are no JPEG, PNG or WebP."""
    picture = plain()
    sound = io.BytesIO()
    with wave.open(sound, "wb") as written:
        written.setparams((1, 2, 8_000, 0, "NONE", ""))
        written.writeframes(bytes(1_000))
    kinds = ("GIF", "TIFF", "BMP", "PDF", "EPS", "ICO", "PPM", "PCX", "TGA", "SGI", "DDS")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    return {
        **{kind.lower(): encoded(picture, kind) for kind in kinds},
        "svg": svg,
        "svg with a head": b'<?xml version="1.0"?>' + svg,
        "html": b"<html><script>alert(1)</script></html>",
        "html before a photo": b"<!doctype html>" + photo(),
        "script": b"#!/bin/sh\nrm -rf /\n",
        "json": json.dumps({"photo": "http://127.0.0.1/a.jpg"}).encode(),
        "text": b"https://example.com/photo.jpg",
        "elf": b"\x7fELF\2\1\1" + bytes(500),
        "pe": b"MZ" + bytes(500),
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500),
        "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(500),
        "mp4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(500),
        "wav": sound.getvalue(),
        "avi": b"RIFF\xf4\1\0\0AVI LIST" + bytes(500),
        "psd": b"8BPS\0\1" + bytes(500),
        "jpeg xl": b"\xff\x0a" + bytes(500),
        "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(500),
        "openexr": b"v/1\1\2\0\0\0" + bytes(500),
        "zeros": bytes(100_000),
    }


def photos_to_mutate() -> Sequence[tuple[str, bytes]]:
    """Return whole photos of every kind that is taken."""
    exif = Image.Exif()
    exif[0x0112] = 3
    noise = Image.effect_noise((60, 50), 80).convert("RGB")
    return (
        ("jpeg", encoded(noise, "JPEG", exif=exif)),
        ("progressive", encoded(noise, "JPEG", progressive=True)),
        ("grey jpeg", encoded(noise.convert("L"), "JPEG")),
        ("cmyk", encoded(noise.convert("CMYK"), "JPEG")),
        ("png", encoded(noise.convert("RGBA"), "PNG", exif=exif)),
        ("palette", encoded(noise.quantize(4), "PNG")),
        ("16 bits", encoded(plain(mode="I;16"), "PNG")),
        ("webp", encoded(noise, "WEBP", exif=exif)),
        ("lossless", encoded(noise, "WEBP", lossless=True)),
        ("moving webp", encoded(noise, "WEBP", save_all=True, append_images=[plain((60, 50))])),
        ("moving png", encoded(noise, "PNG", save_all=True, append_images=[plain((60, 50))])),
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(*chunks: bytes, header: bytes | None = None, pixels: bytes | None = None) -> bytes:
    """Write a PNG of 64x64 black pixels, or of what its header and pixels say."""
    header = header or struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    pixels = pixels or zlib.compress(bytes((3 * 64 + 1) * 64))
    parts = (_chunk(b"IHDR", header), *chunks, _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _jpeg_of(width: int, height: int, *, progressive: bool) -> bytes:
    data = bytearray(encoded(plain(), "JPEG", progressive=progressive))
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _webp_canvas(width: int, height: int) -> bytes:
    still = encoded(plain(), "WEBP")
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + sides + still[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _zip(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def _tar(files: dict[str, bytes], link: str | None = None) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        if link is not None:
            entry = tarfile.TarInfo("photo.jpg")
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            archive.addfile(entry)
    return file.getvalue()
