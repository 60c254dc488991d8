"""The decoder: what it reads, what it turns upright, what it refuses and why."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from modiste.data.images import MAX_BYTES, crop_and_resize, decode
from modiste.errors import InvalidImageError


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def gradient(width: int = 60, height: int = 40) -> Image.Image:
    x = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return Image.fromarray(np.stack([x, y, 0 * x], -1).astype(np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_reads_bytes_paths_and_pixels(kind: str, tmp_path: Path) -> None:
    data = encoded(gradient(), kind)
    file = tmp_path / "photo.bin"
    file.write_bytes(data)
    pixels = decode(data)
    assert pixels.shape == (40, 60, 3)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, decode(file))
    assert np.array_equal(pixels, decode(str(file)))
    assert np.array_equal(pixels, decode(pixels))
    assert np.abs(pixels.astype(int) - np.asarray(gradient())).mean() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(encoded(gradient(64, 32), exif=exif, quality=95))
    assert pixels.shape[:2] == ((64, 32) if orientation >= 5 else (32, 64))
    upright = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.rot90(a, -1)[:, ::-1],
        8: lambda a: np.rot90(a, 1),
    }
    stored = np.asarray(gradient(64, 32)).astype(int)
    if orientation == 7:
        expected = stored[::-1, ::-1].transpose(1, 0, 2)
    else:
        expected = upright[orientation](stored)
    assert np.abs(pixels.astype(int) - expected).mean() < 6


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")  # Pillow's own
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0II*\0", b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02"]
)
def test_damaged_exif_does_not_cost_the_photo(kind: str, exif: bytes) -> None:
    assert decode(encoded(gradient(), kind, exif=exif)).shape == (40, 60, 3)


def test_transparency_is_laid_on_white() -> None:
    rgba = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert decode(encoded(rgba, "PNG")).min() == 255
    palette = Image.new("P", (20, 20), 0)
    palette.info["transparency"] = 0
    assert decode(encoded(palette, "PNG", transparency=0)).min() == 255


def test_grey_and_sixteen_bit_and_cmyk() -> None:
    assert decode(encoded(Image.new("L", (20, 20), 90), "PNG"))[0, 0].tolist() == [90] * 3
    deep = Image.fromarray(np.full((20, 20), 65535, dtype=np.uint16))
    assert decode(encoded(deep, "PNG"))[0, 0].tolist() == [255] * 3
    assert decode(encoded(Image.new("CMYK", (20, 20)), "JPEG")).shape == (20, 20, 3)


def test_max_side_shrinks_and_keeps_the_shape() -> None:
    data = encoded(gradient(600, 300))
    assert decode(data, max_side=100).shape == (50, 100, 3)
    assert decode(np.asarray(gradient(600, 300)), max_side=100).shape == (50, 100, 3)
    assert decode(data, max_side=5000).shape == (300, 600, 3)


def png_header(width: int, height: int) -> bytes:
    """Write a PNG that claims a size and holds almost no data."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (b"", "empty", "0 bytes"),
        (b"\xff\xd8" + b"0" * MAX_BYTES, "too_large", "bytes"),
        (b"not a photo at all", "not_an_image", "begin with"),
        (encoded(Image.new("L", (20, 20)), "GIF"), "unsupported_format", "a GIF"),
        (b"%PDF-1.7 ...", "unsupported_format", "a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format", "an SVG"),
        (b"\0\0\0\x18ftypheic", "unsupported_format", "HEIC"),
        (encoded(gradient())[:300], "truncated", "truncated"),
        (encoded(gradient(200, 200), "PNG")[:400], "truncated", "truncated"),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), "too_small", "1 x 1"),
        (png_header(20_000, 20_000), "too_many_pixels", "at most 50,000,000 pixels"),
        (png_header(9_000, 9_000), "too_many_pixels", "9000 x 9000"),
        # All of a PNG is in memory at once, so it may have half as many.
        (png_header(6_000, 5_000), "too_many_pixels", "no JPEG 25,000,000"),
    ],
)
def test_refuses_with_a_reason(data: bytes, code: str, message: str) -> None:
    with pytest.raises(InvalidImageError, match=message) as caught:
        decode(data)
    assert caught.value.code == code


def test_refuses_wrong_pixels_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(InvalidImageError, match="float64"):
        decode(np.zeros((20, 20, 3)))  # type: ignore[arg-type]
    with pytest.raises(InvalidImageError, match=r"\(20, 20\)"):
        decode(np.zeros((20, 20), np.uint8))
    with pytest.raises(InvalidImageError, match="gone"):
        decode(tmp_path / "gone.jpg")


def test_crop_and_resize_keeps_normalised_places() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[50:, 100:] = 255
    whole = crop_and_resize(pixels, 64)
    assert whole.shape == (64, 64, 3)
    assert whole[40:, 40:].min() > 250
    assert whole[:28].max() == 0
    quarter = crop_and_resize(pixels, 32, (0.5, 0.5, 1.0, 1.0))
    assert quarter[4:, 4:].min() > 250


def test_crop_of_less_than_a_pixel_still_has_one() -> None:
    pixels = np.full((20, 20, 3), 7, np.uint8)
    assert (crop_and_resize(pixels, 16, (0.999, 0.999, 1.0, 1.0)) == 7).all()
