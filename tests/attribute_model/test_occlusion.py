"""Where a network looks: one whose rule is known, and is found again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from modiste.attribute_model.garment import Garment
from modiste.attribute_model.occlusion import PATCH, occlude
from modiste.data.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    categories=("Dress", "Tee"),
    category_types=("full", "upper"),
    attributes=("striped", "cotton"),
    attribute_types=("texture", "fabric"),
)


class CornerReader:
    """A dress is red at the top left; its box spans what is blue; cotton is white below."""

    def __init__(self) -> None:
        self.n_looks = 0

    def __call__(self, photos: Sequence[np.ndarray]) -> list[Garment]:
        self.n_looks += len(photos)
        return [self._one(pixels.astype(int)) for pixels in photos]

    @staticmethod
    def _one(pixels: np.ndarray) -> Garment:
        red = (pixels[:20, :20, 0] > 250).mean()
        blue = np.flatnonzero(((pixels[..., 2] > 250) & (pixels[..., 0] < 5)).any(axis=0))
        right = 0.5 if blue.size == 0 else (blue.max() + 1) / pixels.shape[1]
        white = (pixels[-10:].min(axis=2) > 250).mean()
        return Garment(
            category="Dress",
            category_scores={"Dress": float(red), "Tee": float(1 - red)},
            box=(0.0, 0.0, float(right), 1.0),
            attributes={"cotton": float(white)},
            embedding=np.zeros(4, dtype=np.float32),
            attribute_scores=np.array([0.1, white], dtype=np.float32),
        )


def photo() -> np.ndarray:
    pixels = np.full((100, 80, 3), 90, dtype=np.uint8)
    pixels[:20, :20] = (255, 0, 0)
    pixels[40:50, 70:] = (0, 0, 255)
    pixels[-10:] = 255
    return pixels


def test_what_counts_is_found() -> None:
    found = occlude(CornerReader(), photo(), VOCABULARY, cells=10, seconds=60)
    assert found.category.shape == (10, 10)
    assert np.unravel_index(found.category.argmax(), (10, 10)) in {(0, 0), (1, 1), (0, 1), (1, 0)}
    assert found.category.max() > 0.5
    assert np.abs(found.category[5:, 5:]).max() == 0
    assert np.unravel_index(found.box.argmax(), (10, 10))[1] >= 8
    assert found.box[0].max() == 0
    assert set(found.attributes) == {"cotton"}
    cotton = found.attributes["cotton"]
    # A patch at the last row covers that share of what is white.
    assert cotton[-1, 5] == pytest.approx(PATCH, abs=0.03)
    assert cotton[:8].max() == 0


def test_the_photo_is_left_as_it_is() -> None:
    before = photo()
    pixels = before.copy()
    occlude(CornerReader(), pixels, VOCABULARY, cells=4, seconds=60)
    assert (pixels == before).all()


class Clock:
    """So many seconds more, each time it is asked."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_a_slow_network_looks_at_fewer_cells() -> None:
    reader = CornerReader()
    found = occlude(reader, photo(), VOCABULARY, cells=16, seconds=12.5, clock=Clock(1.0))
    assert found.category.shape == (7, 7)
    assert not np.isnan(found.category).any()
    assert reader.n_looks == 4 + 49


def test_when_the_time_is_over_the_rest_is_unknown() -> None:
    reader = CornerReader()
    found = occlude(reader, photo(), VOCABULARY, cells=4, seconds=2.5, clock=Clock(1.0))
    assert found.category.shape == (4, 4)
    assert not np.isnan(found.category[:3]).any()
    assert np.isnan(found.category[3]).all()
    assert np.isnan(found.attributes["cotton"][3]).all()
    assert reader.n_looks == 4 + 12


@pytest.mark.parametrize("cells", [3, 17])
def test_other_grids_are_refused(cells: int) -> None:
    with pytest.raises(ValueError, match=f"Received: {cells}"):
        occlude(CornerReader(), photo(), VOCABULARY, cells=cells)
