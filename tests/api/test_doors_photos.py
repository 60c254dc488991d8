"""Hostile photos and addresses: refused with 4xx, kept nowhere, fetched never."""

from __future__ import annotations

import io
import random
import socket
import struct
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fake_recommender import FakeRecommender, photo
from flask.testing import FlaskClient
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from werkzeug.test import TestResponse

from modiste.api import create_app
from modiste.api.server import Server
from modiste.data import images
from modiste.data.photo_structure import MAX_CHUNKS, MAX_SCANS, MAX_SEGMENTS, webp_size
from modiste.errors import InvalidImageError

URL = "/v1/recommendations"
MULTIPART = "multipart/form-data; boundary=b"
#: Pillow warns of some damaged files; so does it of bombs, before we refuse them.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def plain(size: tuple[int, int] = (64, 64), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, 90 if mode in {"L", "I", "I;16"} else None)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, width: int = 64, height: int = 64) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * (3 * 64 + 1) * 64))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", b"\0" * 1_000_000)
    return file.getvalue()


def many_scans() -> bytes:
    data = encoded(plain(), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * MAX_SCANS + data[-2:]


def webp_canvas(width: int, height: int) -> bytes:
    """Write a WebP that claims a canvas and holds a small picture."""
    still = encoded(plain(), "WEBP")
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + sides + still[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_of(width: int, height: int) -> bytes:
    data = bytearray(encoded(plain(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


REFUSED: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "nothing": (lambda: b"", 422, "empty"),
    "gif": (lambda: encoded(plain(), "GIF"), 415, "unsupported_format"),
    "tiff": (lambda: encoded(plain(), "TIFF"), 415, "unsupported_format"),
    "bmp": (lambda: encoded(plain(), "BMP"), 415, "unsupported_format"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, "unsupported_format"),
    "svg-xml": (lambda: b'<?xml version="1.0"?><svg/>', 415, "unsupported_format"),
    "pdf": (lambda: encoded(plain(), "PDF"), 415, "unsupported_format"),
    "eps": (lambda: encoded(plain(), "EPS"), 422, "not_an_image"),
    "zip": (zipped, 422, "not_an_image"),
    "zip-first": (lambda: zipped() + photo(), 422, "not_an_image"),
    "html": (lambda: b"<html><script>alert(1)</script>" + photo(), 422, "not_an_image"),
    "elf": (lambda: b"\x7fELF" + bytes(500), 422, "not_an_image"),
    "wide-png": (lambda: png(width=2**31 - 1, height=1), 413, "too_many_pixels"),
    "flat-png": (lambda: png(width=60_000_000, height=1), 413, "too_many_pixels"),
    "square-png": (lambda: png(width=30_000, height=30_000), 413, "too_many_pixels"),
    "big-jpeg": (lambda: jpeg_of(65_500, 65_500), 413, "too_many_pixels"),
    "big-webp": (lambda: webp_canvas(2**24, 2**24), 413, "too_many_pixels"),
    "scans": (many_scans, 422, "too_many_parts"),
    "segments": (
        lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * MAX_SEGMENTS + photo()[2:],
        422,
        "too_many_parts",
    ),
    "fill": (lambda: b"\xff\xd8" + b"\xff" * 10 * MAX_SEGMENTS, 422, "too_many_parts"),
    "chunks": (lambda: png(chunk(b"teSt", b"") * MAX_CHUNKS), 422, "too_many_parts"),
    "icc-bomb": (
        lambda: png(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(80_000_000), 1))),
        422,
        "truncated",
    ),
    "text-bomb": (
        lambda: png(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 1))),
        422,
        "truncated",
    ),
    "cut-jpeg": (lambda: photo()[:-400], 422, "truncated"),
    "cut-png": (lambda: photo(kind="PNG")[:-400], 422, "truncated"),
    "cut-webp": (lambda: photo(kind="WEBP")[:-400], 422, "truncated"),
    "jpeg-head": (lambda: photo()[:3], 422, "not_an_image"),
    "png-head": (lambda: photo(kind="PNG")[:8], 422, "not_an_image"),
    "riff-head": (lambda: photo(kind="WEBP")[:12], 422, "not_an_image"),
}


def send(client: FlaskClient, data: bytes, name: str = "photo.jpg") -> TestResponse:
    return client.post(URL, data={"photo": (io.BytesIO(data), name)})


@pytest.mark.parametrize("kind", REFUSED)
def test_a_hostile_file_is_refused(client: FlaskClient, kind: str) -> None:
    make, status, code = REFUSED[kind]
    answer = send(client, make())
    (error,) = answer.get_json(force=True)["errors"]
    assert (answer.status_code, error["code"]) == (status, code), error["message"]
    assert error["field"] == "photo"


def test_bombs_are_found_before_pillow_opens_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("Pillow opened a bomb")

    bombs = [REFUSED[kind][0]() for kind in ("big-webp", "scans", "segments", "fill", "chunks")]
    monkeypatch.setattr(Image, "open", opened)
    for bomb in bombs:
        with pytest.raises(InvalidImageError):
            images.decode(bomb)


@pytest.mark.parametrize(
    "data",
    [
        lambda: encoded(plain(mode="CMYK"), "JPEG"),
        lambda: encoded(plain(mode="I;16"), "PNG"),
        lambda: encoded(plain(mode="L"), "JPEG"),
        lambda: encoded(plain(mode="1"), "PNG"),
        lambda: encoded(plain(mode="LA"), "PNG"),
        lambda: encoded(plain(), "WEBP", lossless=True),
        lambda: encoded(plain(), "JPEG", progressive=True),
        lambda: encoded(plain(), "WEBP", save_all=True, append_images=[plain((64, 64), "L")] * 3),
        lambda: encoded(plain(), "PNG", save_all=True, append_images=[plain()] * 3),
        lambda: photo() + zipped(),
        lambda: photo() + b"<script>alert(1)</script>",
        lambda: encoded(plain(), "JPEG", icc_profile=bytes(600_000)),
    ],
    ids=[
        *("cmyk", "16-bit", "grey", "1-bit", "grey-alpha", "lossless", "progressive"),
        *("moving-webp", "moving-png", "jpeg-zip", "jpeg-html", "damaged-profile"),
    ],
)
def test_unusual_photos_are_photos(client: FlaskClient, data: Callable[[], bytes]) -> None:
    assert send(client, data(), "photo.exe").status_code == 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"alpha": True}])
def test_the_size_of_a_webp_is_read_from_its_header(kind: str, options: dict[str, bool]) -> None:
    mode = "RGBA" if options.pop("alpha", False) and kind != "JPEG" else "RGB"
    data = encoded(plain((70, 33), mode), kind, **options)
    assert webp_size(data) == ((70, 33) if kind == "WEBP" else None)
    for end in range(40):
        webp_size(data[:end])


def test_what_a_file_says_of_itself_goes_no_further(recommender: FakeRecommender) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SECRET-CAMERA"
    upright = images.decode(encoded(plain((64, 32)), "JPEG", exif=exif))
    assert upright.shape == (64, 32, 3)
    assert type(upright) is np.ndarray
    text = PngInfo()
    text.add_text("Comment", "SECRET")
    with_text, without = (encoded(plain(), "PNG", pnginfo=info) for info in (text, None))
    assert with_text != without
    assert np.array_equal(images.decode(with_text), images.decode(without))


def mutated(data: bytes, source: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 5, 20))):
        at = source.randrange(len(changed))
        match source.randrange(4):
            case 0:
                changed[at] = source.randrange(256)
            case 1:
                changed[at] ^= 1 << source.randrange(8)
            case 2:
                changed[at:at] = bytes(source.randrange(256) for _ in range(source.randrange(9)))
            case _:
                del changed[at : at + source.randrange(1, 40)]
        if len(changed) < 2:
            break
    return bytes(changed)


def test_mutated_photos_are_photos_or_refused() -> None:
    source = random.Random(20260630)
    exif = Image.Exif()
    exif[0x0112] = 3
    whole = [
        encoded(plain((48, 40)), "JPEG", exif=exif),
        encoded(plain((48, 40)), "JPEG", progressive=True),
        encoded(plain((48, 40), "RGBA"), "PNG", exif=exif),
        encoded(plain((48, 40)).quantize(4), "PNG"),
        encoded(plain((48, 40)), "WEBP", exif=exif),
        encoded(plain((48, 40)), "PNG", save_all=True, append_images=[plain((48, 40))]),
    ]
    n_refused = 0
    for nth in range(500):
        try:
            pixels = images.decode(mutated(whole[nth % len(whole)], source))
        except InvalidImageError:
            n_refused += 1
        else:
            assert pixels.dtype == np.uint8
            assert pixels.ndim == 3
    assert 100 < n_refused < 500


def test_a_body_is_refused_by_its_length_before_it_is_read(client: FlaskClient) -> None:
    class Unread(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: object) -> int:
            raise AssertionError("the body was read")

    answer = client.post(
        URL,
        content_type=MULTIPART,
        environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": "50000000"},
    )
    assert answer.status_code == 413


def test_nobody_is_asked_to_send_a_body_that_is_refused(recommender: FakeRecommender) -> None:
    server = Server(create_app(recommender), port=0, threads=1)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        answers = []
        for n_bytes in (50_000_000, 5):
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
                head = f"POST {URL} HTTP/1.1\r\nHost: a\r\nContent-Type: {MULTIPART}\r\n"
                head += f"Content-Length: {n_bytes}\r\nExpect: 100-continue\r\n\r\n"
                connection.sendall(head.encode())
                answers.append(connection.recv(12))
    finally:
        server.stop()
        thread.join(60)
    assert answers == [b"HTTP/1.1 413", b"HTTP/1.1 100"]


def test_a_photo_is_kept_nowhere(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(kept))
    monkeypatch.chdir(kept)
    large = encoded(Image.effect_noise((1500, 1500), 90), "PNG")
    assert len(large) > 1_000_000
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    for data, status in ((photo(), 200), (large, 200), (large[:9_000], 422)):
        body = head + data + b"\r\n--b--\r\n"
        assert client.post(URL, data=body, content_type=MULTIPART).status_code == status
    assert not list(kept.iterdir())


def test_no_address_in_a_request_is_ever_called(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def note(*arguments: object, **_: object) -> None:
        asked.append(arguments)
        raise OSError("no connection is made here")

    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, note)
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, note)
    for url in ("http://127.0.0.1:9/x.jpg", "file:///etc/passwd", "//169.254.169.254/latest"):
        bodies = [
            {"text": url},
            {"item_id": url},
            {"user_id": url, "recent": [url], "bought": [url], "exclude": [url]},
            {"filters": {"title": url, "brand": [url]}},
            {"image": url},
        ]
        for body in bodies:
            assert client.post(URL, json=body).status_code < 500
        fields = dict.fromkeys(("text", "user_id", "photo"), url)
        assert client.post(URL, data=fields).status_code < 500
        assert client.post(URL, data={"photo": (io.BytesIO(url.encode()), url)}).status_code < 500
        svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/></svg>'.encode()
        assert send(client, svg).status_code == 415
        xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + url.encode() + b"</x:xmpmeta>"
        linked = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + photo()[2:]
        assert send(client, linked).status_code == 200
        for path in (f"/v1/items/{url}", f"/v1/items/{url}/image", f"/v1/items/{url}/similar"):
            assert client.get(path).status_code < 500
        client.get("/", headers={"Referer": url, "Origin": url, "X-Forwarded-Host": url})
    assert asked == []
