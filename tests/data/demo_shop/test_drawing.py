"""The drawn half of the demo shop: designs, and the pictures of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from modiste.data.demo_shop.design import (
    CATEGORIES,
    COLOURS,
    VISIBLE_ATTRIBUTES,
    GarmentDesign,
    sample_design,
)
from modiste.data.demo_shop.scenes import Scene, shop_photo, street_photo
from modiste.data.vocabulary import (
    DEEPFASHION_CATEGORIES_WITHOUT_PHOTOS,
    deepfashion_vocabulary,
)


def design_of(category: str, seed: int = 0) -> GarmentDesign:
    return sample_design(np.random.default_rng(seed), category)


def tight_box(mask: np.ndarray) -> tuple[float, float, float, float]:
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    return (
        columns.min() / width,
        rows.min() / height,
        (columns.max() + 1) / width,
        (rows.max() + 1) / height,
    )


def assert_sound(scene: Scene) -> None:
    height, width, channels = scene.pixels.shape
    assert scene.pixels.dtype == np.uint8
    assert channels == 3
    assert scene.mask.shape == (height, width)
    assert scene.mask.dtype == np.bool_
    assert all(0 <= edge <= 1 for edge in scene.box)
    assert scene.box == pytest.approx(tight_box(scene.mask))
    assert 0.01 < scene.mask.mean() < 0.9


def test_categories_are_those_with_photos():
    expected = set(deepfashion_vocabulary().categories)
    assert set(CATEGORIES) == expected - set(DEEPFASHION_CATEGORIES_WITHOUT_PHOTOS)


def test_attributes_are_in_the_vocabulary():
    assert set(VISIBLE_ATTRIBUTES) <= set(deepfashion_vocabulary().attribute_index)
    assert len(VISIBLE_ATTRIBUTES) >= 120


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_drawn(category):
    design = design_of(category)
    shop = shop_photo(design, 1)
    assert shop.pixels.shape == (384, 288, 3)
    assert_sound(shop)
    assert_sound(street_photo(design, 1))


@pytest.mark.parametrize("photo", [shop_photo, street_photo])
def test_same_seed_same_bytes(photo):
    for category in ("Dress", "Parka", "Jeans"):
        design = design_of(category)
        first, again, other = photo(design, 3), photo(design, 3), photo(design, 4)
        assert first.pixels.tobytes() == again.pixels.tobytes()
        assert first.mask.tobytes() == again.mask.tobytes()
        assert first.pixels.tobytes() != other.pixels.tobytes()


def test_designs_follow_the_generator():
    first = [sample_design(np.random.default_rng(7)) for _ in range(2)]
    assert first[0] == first[1]
    assert sample_design(np.random.default_rng(8)) != first[0]


def test_every_attribute_and_category_is_sampled():
    rng = np.random.default_rng(0)
    designs = [sample_design(rng) for _ in range(4000)]
    seen = Counter(name for design in designs for name in design.attributes)
    assert set(seen) == set(VISIBLE_ATTRIBUTES)
    assert min(seen.values()) >= 10
    assert {design.category for design in designs} == set(CATEGORIES)
    for design in designs:
        assert list(design.attributes) == sorted(set(design.attributes))
        assert design.colour in COLOURS
        assert design.second_colour is None or design.second_colour in COLOURS


def difference(first: GarmentDesign, second: GarmentDesign) -> float:
    before, after = shop_photo(first, 5), shop_photo(second, 5)
    return float(np.abs(before.pixels.astype(int) - after.pixels.astype(int)).mean())


PLAIN_TEE = GarmentDesign(
    category="Tee",
    attributes=(),
    colour="navy",
    second_colour="white",
    pattern="solid",
    fabric="cotton",
    seed=11,
    options=(("fit", "regular"), ("length", "regular"), ("neckline", "crew"), ("sleeve", "short")),
)


@pytest.mark.parametrize("pattern", ["striped", "polka dot", "plaid", "floral", "camo", "ombre"])
def test_a_pattern_shows(pattern):
    assert difference(PLAIN_TEE, replace(PLAIN_TEE, pattern=pattern)) > 3


@pytest.mark.parametrize("fabric", ["lace", "sequin", "cable knit", "denim", "fur", "mesh"])
def test_a_fabric_shows(fabric):
    assert difference(PLAIN_TEE, replace(PLAIN_TEE, fabric=fabric)) > 0.4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sleeve", "long"),
        ("neckline", "v-neck"),
        ("pocket", "chest"),
        ("graphic", "star"),
        ("closure", "button-front"),
        ("trim", "fringe"),
        ("hood", "drawcord"),
    ],
)
def test_an_option_shows(name, value):
    options = {**dict(PLAIN_TEE.options), name: value}
    assert difference(PLAIN_TEE, replace(PLAIN_TEE, options=tuple(options.items()))) > 0.1


def test_drawing_depends_on_the_design_seed():
    floral = replace(PLAIN_TEE, pattern="floral")
    assert difference(floral, replace(floral, seed=12)) > 0.5


def test_street_photos_vary_in_size_and_place():
    design = design_of("Skirt")
    scenes = [street_photo(design, seed) for seed in range(12)]
    assert len({scene.pixels.shape for scene in scenes}) > 6
    centres = {round((scene.box[0] + scene.box[2]) / 2, 2) for scene in scenes}
    assert len(centres) > 6


def test_an_undrawable_category_is_refused():
    with pytest.raises(ValueError, match="Received: Cape"):
        sample_design(np.random.default_rng(0), "Cape")
