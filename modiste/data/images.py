"""Bytes to pixels: the one decoder of training and serving.

EXIF orientation is applied (TensorFlow's and Keras's loaders ignore it), transparency
is laid on white, and both the bytes and the pixels are bounded before anything is
decoded.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from modiste.data.photo_structure import check_structure, webp_size
from modiste.errors import InvalidImageError

#: Formats read, by their first bytes, whatever the file's name says.
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
#: A JPEG can be decoded at a reduced size; of these, every pixel is in memory at once.
MAX_WHOLE_PIXELS = 25_000_000
MIN_SIDE = 16

_WHITE = (255, 255, 255)
#: What Pillow raises on damaged files.
_DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    struct.error,
    zlib.error,
)
_ORIENTATION = 0x0112
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(
    image: bytes | str | Path | NDArray[np.uint8], *, max_side: int | None = None
) -> NDArray[np.uint8]:
    """Return a photo as RGB pixels, upright.

    Parameters
    ----------
    image : bytes, path or ndarray
        Encoded JPEG, PNG or WebP of at most `MAX_BYTES`, and `MAX_PIXELS` (of a JPEG) or
        `MAX_WHOLE_PIXELS`; a path to one; or RGB pixels of
        shape ``(height, width, 3)`` uint8, which are checked and returned.
    max_side : int, optional
        Shrink so that the longer side has at most this many pixels; JPEGs are then
        decoded at a reduced size, which is faster.

    Returns
    -------
    ndarray
        Shape ``(height, width, 3)`` uint8.

    Raises
    ------
    InvalidImageError
        If there are no bytes, too many bytes, pixels or parts, another format, a
        truncated file, or a side under `MIN_SIDE` pixels.
    """
    if isinstance(image, np.ndarray):
        return _checked_pixels(image, max_side)
    if isinstance(image, bytes):
        return _decode_bytes(image, max_side)
    try:
        return _decode_bytes(_read(Path(image)), max_side)
    except InvalidImageError as error:
        raise InvalidImageError(f"{image}: {error}", code=error.code, rule=error.rule) from error


def photo_format(data: bytes) -> str:
    """Return which of `FORMATS` a photo is, by its first bytes; nothing is decoded.

    Raises
    ------
    InvalidImageError
        If it is none of them, or there are no bytes.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if not data:
        raise InvalidImageError(
            "A photo must be a JPEG, PNG or WebP file. Received: 0 bytes", code="empty"
        )
    raise _unsupported(data)


def _decode_bytes(data: bytes, max_side: int | None) -> NDArray[np.uint8]:
    if not data:
        raise InvalidImageError(
            "A photo must be a JPEG, PNG or WebP file. Received: 0 bytes", code="empty"
        )
    if len(data) > MAX_BYTES:
        raise InvalidImageError(
            f"A photo may have at most {MAX_BYTES:,} bytes; send a smaller one. "
            f"Received: {len(data):,} bytes",
            code="too_large",
        )
    return _decode_picture(data, max_side)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidImageError(
            f"A photo must be a readable file. Received: {error.strerror}",
            code="not_an_image",
        ) from error


def _decode_picture(data: bytes, max_side: int | None) -> NDArray[np.uint8]:
    check_structure(data)
    canvas = webp_size(data)
    if canvas is not None:
        _check_size(*canvas, MAX_WHOLE_PIXELS)
    try:
        # Pillow's own bound raises only past twice MAX_IMAGE_PIXELS; ours is checked below.
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise _unsupported(data) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidImageError(
            f"A photo may have at most {MAX_PIXELS:,} pixels; send a smaller one. "
            "Received: several times as many",
            code="too_many_pixels",
        ) from None
    except _DAMAGED as error:
        raise _truncated(error) from error
    most = MAX_PIXELS if picture.format == "JPEG" else MAX_WHOLE_PIXELS
    _check_size(picture.width, picture.height, most)
    try:
        if max_side is not None and picture.format == "JPEG":
            picture.draft("RGB", (max_side, max_side))
        picture.load()
        picture = _on_white(_upright(picture))
    except _DAMAGED as error:
        raise _truncated(error) from error
    return np.asarray(_shrunk(picture, max_side))


def _check_size(width: int, height: int, most: int = MAX_PIXELS) -> None:
    if width * height > most:
        raise InvalidImageError(
            f"A photo may have at most {MAX_PIXELS:,} pixels, one that is no JPEG "
            f"{MAX_WHOLE_PIXELS:,}; send a smaller one. Received: {width} x {height}",
            code="too_many_pixels",
        )
    if min(width, height) < MIN_SIDE:
        raise InvalidImageError(
            f"A photo needs at least {MIN_SIDE} pixels a side. Received: {width} x {height}",
            code="too_small",
        )


def _upright(picture: Image.Image) -> Image.Image:
    """Apply the EXIF orientation; a photo whose EXIF is damaged is taken as it lies."""
    try:
        turn = _TRANSPOSE.get(picture.getexif().get(_ORIENTATION, 1))
    except (*_DAMAGED, UserWarning):  # where warnings are errors, Pillow's is one too
        turn = None
    return picture if turn is None else picture.transpose(turn)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    if picture.mode.startswith("I;16") or picture.mode == "I":
        scaled = np.asarray(picture).astype(np.float32) / 257.0
        return Image.fromarray(scaled.clip(0, 255).astype(np.uint8)).convert("RGB")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        ground = Image.new("RGB", rgba.size, _WHITE)
        ground.paste(rgba, mask=rgba.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _shrunk(picture: Image.Image, max_side: int | None) -> Image.Image:
    if max_side is None or max(picture.size) <= max_side:
        return picture
    scale = max_side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _checked_pixels(pixels: NDArray[np.uint8], max_side: int | None) -> NDArray[np.uint8]:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise InvalidImageError(
            "Pixels must have shape (height, width, 3) and dtype uint8. "
            f"Received: shape {pixels.shape}, dtype {pixels.dtype}",
            code="not_an_image",
        )
    _check_size(pixels.shape[1], pixels.shape[0])
    if max_side is None or max(pixels.shape[:2]) <= max_side:
        return pixels
    return np.asarray(_shrunk(Image.fromarray(pixels), max_side))


def _truncated(error: Exception) -> InvalidImageError:
    return InvalidImageError(
        f"The photo is truncated or damaged; send the whole file. Received: {error}",
        code="truncated",
    )


def _unsupported(data: bytes) -> InvalidImageError:
    known = {
        b"GIF8": "a GIF",
        b"%PDF": "a PDF",
        b"<svg": "an SVG",
        b"<?xm": "an XML or SVG file",
        b"BM": "a BMP",
        b"II*\x00": "a TIFF",
        b"MM\x00*": "a TIFF",
    }
    start = data.lstrip()[:4]
    for magic, name in known.items():
        if start.startswith(magic):
            return InvalidImageError(
                f"A photo must be a JPEG, PNG or WebP file. Received: {name}",
                code="unsupported_format",
            )
    if data[4:8] == b"ftyp":
        return InvalidImageError(
            "A photo must be a JPEG, PNG or WebP file. Received: a HEIC, AVIF or MP4 file",
            code="unsupported_format",
        )
    return InvalidImageError(
        "A photo must be a JPEG, PNG or WebP file. Received: "
        f"{len(data):,} bytes that begin with {data[:8]!r}",
        code="not_an_image",
    )


def crop_and_resize(
    pixels: NDArray[np.uint8],
    size: int,
    box: tuple[float, float, float, float] | None = None,
) -> NDArray[np.uint8]:
    """Squash a photo, or the part of it in a box, to a square.

    There is no padding, so normalised boxes stay valid.

    Parameters
    ----------
    pixels : ndarray
        Shape ``(height, width, 3)`` uint8.
    size : int
        Side of the result in pixels.
    box : tuple of float, optional
        ``(x1, y1, x2, y2)`` as fractions of width and height; the whole photo if None.

    Returns
    -------
    ndarray
        Shape ``(size, size, 3)`` uint8.
    """
    height, width = pixels.shape[:2]
    edges_px = None
    if box is not None:
        x1, y1, x2, y2 = box
        edges_px = (x1 * width, y1 * height, max(x2 * width, x1 * width + 1), y2 * height)
        edges_px = (*edges_px[:3], max(edges_px[3], edges_px[1] + 1))
        edges_px = (
            min(edges_px[0], width - 1.0),
            min(edges_px[1], height - 1.0),
            min(edges_px[2], float(width)),
            min(edges_px[3], float(height)),
        )
    picture = Image.fromarray(pixels)
    resized = picture.resize(
        (size, size), Image.Resampling.BILINEAR, box=edges_px, reducing_gap=3.0
    )
    return np.asarray(resized)
