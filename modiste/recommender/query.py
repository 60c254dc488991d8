"""What a shopper shows, types or is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box

#: Anything `modiste.data.images.decode` takes: encoded bytes, a file, or RGB pixels. `Query`
#: turns a bytearray or memoryview into bytes.
Image = bytes | str | Path | NDArray[np.uint8]


@dataclass(frozen=True)
class Query:
    """One request for products; every field is optional.

    An empty query with a `user_id` is that shopper's home page; a wholly empty one is
    the shop's.

    Parameters
    ----------
    image : bytes, path or ndarray, optional
        A photo: encoded JPEG, PNG or WebP, a path to one, or RGB pixels of shape
        ``(height, width, 3)`` uint8.
    box : tuple of float, optional
        ``(x1, y1, x2, y2)`` of the garment meant, as fractions of the photo's width and
        height; without it, the network's own box.
    text : str, optional
        A phrase, such as ``"striped cotton dress"``.
    item_id : str, optional
        A product to find others like.
    user_id : str, optional
        The shopper. One the release does not know is answered as a new shopper, and the
        answer says so.
    recent : tuple of str, optional
        Items this session looked at since the release, newest last.
    bought : tuple of str, optional
        Items they bought since the release, newest last: they count at once, and are not shown
        again unless they are of a kind that is bought again.
    embedding : ndarray or sequence of float, optional
        In place of a photo: what the release's own network made of one elsewhere, such as on
        the shopper's phone, shape ``(embedding_size,)``. Kept as float32 of length 1. It brings
        no category or attributes.
    ignored : tuple of str
        Categories and attributes that the photo may show and that are not meant: what the
        network sees of them counts neither for nor against an item.

    Raises
    ------
    ValueError
        If a field has the wrong type, the box has no area inside [0, 1], or the embedding comes
        beside a photo or is no list of finite numbers that are not all 0.
    """

    image: Image | None = None
    box: Box | None = None
    text: str | None = None
    item_id: str | None = None
    user_id: str | None = None
    recent: tuple[str, ...] = ()
    bought: tuple[str, ...] = ()
    embedding: NDArray[np.float32] | Sequence[float] | None = None
    ignored: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("text", "item_id", "user_id"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise ValueError(f"{name} must be a string or None. Received: {value!r}")
        object.__setattr__(self, "image", _checked_image(self.image))
        for name, what in (("recent", "item ids"), ("bought", "item ids"), ("ignored", "names")):
            texts: object = getattr(self, name)
            if not isinstance(texts, tuple | list) or not all(isinstance(i, str) for i in texts):
                raise ValueError(f"{name} must be a tuple of {what}. Received: {texts!r}")
            object.__setattr__(self, name, tuple(texts))
        if self.box is not None:
            object.__setattr__(self, "box", _checked_box(self.box))
            if self.image is None:
                raise ValueError("A box needs the image it lies on. Received a box and no image.")
        if self.embedding is not None:
            object.__setattr__(self, "embedding", _checked_embedding(self.embedding))
            if self.image is not None:
                raise ValueError("An embedding takes the place of an image. Received: both of them")


def _checked_image(image: object) -> Image | None:
    if isinstance(image, bytearray | memoryview):
        return bytes(image)
    if image is None or isinstance(image, bytes | str | Path | np.ndarray):
        return image
    raise ValueError(
        f"image must be encoded bytes, a path, RGB pixels or None. Received: {type(image).__name__}"
    )


def _checked_box(box: object) -> Box:
    rule = "box must be (x1, y1, x2, y2) with 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1"
    try:
        x1, y1, x2, y2 = (float(edge) for edge in box)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ValueError(f"{rule}. Received: {box!r}") from None
    if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        raise ValueError(f"{rule}. Received: {box!r}")
    return x1, y1, x2, y2


def _checked_embedding(embedding: object) -> NDArray[np.float32]:
    rule = "embedding must be a list of finite numbers that are not all 0"
    try:
        numbers = np.asarray(embedding, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{rule}. Received: {type(embedding).__name__}") from None
    if numbers.ndim != 1 or not numbers.size:
        raise ValueError(f"{rule}. Received: an array of shape {numbers.shape}")
    greatest = float(np.abs(numbers).max())
    if not np.isfinite(greatest) or greatest == 0.0:
        raise ValueError(f"{rule}. Received: a greatest number of {greatest}")
    # By the greatest first: the squares of large numbers are infinite.
    scaled = numbers / greatest
    return np.asarray(scaled / np.linalg.norm(scaled), dtype=np.float32)
