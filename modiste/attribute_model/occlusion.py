"""What a network looks at: parts of a photo are covered, and what it says changes or does not.

References
----------
Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section 4.2.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.export_gate import box_overlap
from modiste.attribute_model.garment import Garment
from modiste.data.vocabulary import Vocabulary

Pixels = NDArray[np.uint8]
Look = Callable[[Sequence[Pixels]], Sequence[Garment]]

#: Side of the patch that covers, as a share of the photo's sides.
PATCH: Final = 0.2
#: Attributes that are followed: the surest.
N_ATTRIBUTES: Final = 12
MIN_CELLS: Final = 4
MAX_CELLS: Final = 16
DEFAULT_CELLS: Final = 12
_BATCH: Final = 12
#: Looks that tell how long one takes.
_TRIAL: Final = 4


@dataclass(frozen=True)
class Occlusion:
    """How much of what the network says hangs on each part of a photo.

    Each map has a row and a column a cell, shape ``(cells, cells)`` float32, top left first; NaN
    where the time was over before the cell was covered.

    Parameters
    ----------
    garment : Garment
        What the network sees in the whole photo.
    category : ndarray
        By how much the probability of the garment's category falls when a patch around the
        cell is covered; below 0 where it rises.
    box : ndarray
        One minus the overlap (IoU) of the box then found with the garment's.
    attributes : mapping of str to ndarray
        As `category`, of the surest attributes.
    """

    garment: Garment
    category: NDArray[np.float32]
    box: NDArray[np.float32]
    attributes: Mapping[str, NDArray[np.float32]]


def occlude(
    look: Look,
    photo: Pixels,
    vocabulary: Vocabulary,
    *,
    cells: int = DEFAULT_CELLS,
    seconds: float = 4.0,
    clock: Callable[[], float] = time.monotonic,
) -> Occlusion:
    """Slide a patch of the photo's mean colour over it and note what changes.

    Parameters
    ----------
    look : callable
        Names the garments of some photos, such as ``Detector.detect``.
    photo : ndarray
        Shape ``(height, width, 3)`` uint8.
    vocabulary : Vocabulary
        Of the garments.
    cells : int
        A side of the grid, `MIN_CELLS` to `MAX_CELLS`; fewer are used where one look takes so
        long that they would not be done in time.
    seconds : float
        No batch is begun later than this.
    clock : callable
        Seconds that never go back.

    Raises
    ------
    ValueError
        If the number of cells is another.
    """
    if not MIN_CELLS <= cells <= MAX_CELLS:
        raise ValueError(f"cells must be {MIN_CELLS} to {MAX_CELLS}. Received: {cells}")
    start = clock()
    # Several, because one alone takes longer than its share of a batch.
    whole = look([photo] * _TRIAL)[0]
    one_look = max((clock() - start) / _TRIAL, 1e-6)
    affordable = int(np.sqrt(seconds / one_look))
    n_side = max(MIN_CELLS, min(cells, affordable))
    sure = whole.category_scores[whole.category]
    names = tuple(whole.attributes)[:N_ATTRIBUTES]
    columns = [vocabulary.attribute_index[name] for name in names]
    found = np.full((n_side * n_side, 2 + len(names)), np.nan, dtype=np.float32)
    colour = photo.reshape(-1, 3).mean(axis=0).round().astype(np.uint8)
    for first in range(0, len(found), _BATCH):
        if clock() - start > seconds:
            break
        batch = range(first, min(first + _BATCH, len(found)))
        garments = look([_covered(photo, cell, n_side, colour) for cell in batch])
        for cell, garment in zip(batch, garments, strict=True):
            found[cell, 0] = sure - garment.category_scores[whole.category]
            found[cell, 2:] = (whole.attribute_scores - garment.attribute_scores)[columns]
        boxes = np.array([garment.box for garment in garments], dtype=np.float64)
        found[batch.start : batch.stop, 1] = 1.0 - box_overlap(
            np.broadcast_to(np.array(whole.box), boxes.shape), boxes
        )
    maps = found.reshape(n_side, n_side, -1)
    attributes = {name: maps[..., 2 + nth] for nth, name in enumerate(names)}
    return Occlusion(whole, maps[..., 0], maps[..., 1], attributes)


def _covered(photo: Pixels, cell: int, n_side: int, colour: Pixels) -> Pixels:
    """Return a copy with a patch around the middle of a cell."""
    height, width = photo.shape[:2]
    row, column = divmod(cell, n_side)
    top, bottom = _edges((row + 0.5) / n_side, height)
    left, right = _edges((column + 0.5) / n_side, width)
    covered = photo.copy()
    covered[top:bottom, left:right] = colour
    return covered


def _edges(middle: float, side_px: int) -> tuple[int, int]:
    return (
        max(0, round((middle - PATCH / 2) * side_px)),
        min(side_px, round((middle + PATCH / 2) * side_px)),
    )
