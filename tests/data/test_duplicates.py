"""What counts as the same photo, and that its order has no part in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from modiste.data.duplicates import PhotoHashes, byte_groups, duplicate_groups


def group_numbers(paths: list[Path]) -> list[int]:
    return duplicate_groups(PhotoHashes.of(paths)).tolist()


@pytest.fixture
def photo(tmp_path: Path, draw_photo) -> Path:
    return draw_photo(tmp_path / "photo.png", seed=1)


def test_copies_of_a_file_are_one_group(photo, tmp_path, draw_photo):
    copy = Path(shutil.copy(photo, tmp_path / "copy.png"))
    other = draw_photo(tmp_path / "other.png", seed=2)
    hashes = PhotoHashes.of([photo, other, copy])

    assert byte_groups(hashes).tolist() == [0, 1, 0]
    assert duplicate_groups(hashes).tolist() == [0, 1, 0]
    assert hashes.problems == {}


@pytest.mark.parametrize(
    "change",
    ["compressed", "smaller", "lighter", "another format"],
)
def test_a_picture_saved_anew_is_the_same(photo, tmp_path, change):
    picture = Image.open(photo)
    anew = tmp_path / "anew.jpg"
    if change == "compressed":
        picture.save(anew, quality=60)
    elif change == "smaller":
        picture.resize((60, 60), Image.Resampling.LANCZOS).save(anew, quality=90)
    elif change == "lighter":
        ImageEnhance.Brightness(picture).enhance(1.04).save(anew, quality=90)
    else:
        anew = tmp_path / "anew.webp"
        picture.save(anew, quality=80)
    hashes = PhotoHashes.of([photo, anew])

    assert byte_groups(hashes).tolist() == [0, 1]
    assert duplicate_groups(hashes).tolist() == [0, 0]


def garment(ground: tuple[int, int, int], colour: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGB", (64, 64), ground)
    picture.paste(colour, (18, 10, 46, 54))
    return picture


def test_the_same_garment_in_another_colour_is_another_photo(tmp_path):
    # Alike in grey: only the thumbnail's colours tell them apart.
    garment((255, 255, 255), (200, 60, 60)).save(tmp_path / "red.png")
    garment((255, 255, 255), (60, 119, 60)).save(tmp_path / "green.png")
    hashes = PhotoHashes.of([tmp_path / "red.png", tmp_path / "green.png"])
    n_bits_apart = np.bitwise_count(hashes.bits[0] ^ hashes.bits[1]).sum()

    assert n_bits_apart <= 20
    assert duplicate_groups(hashes).tolist() == [0, 1]


def test_flat_photos_of_other_shades_are_other_photos(tmp_path):
    paths = []
    for shade in (0, 80, 255):
        paths.append(tmp_path / f"{shade}.png")
        Image.new("RGB", (32, 32), (shade, shade, shade)).save(paths[-1])
    paths.append(tmp_path / "white.jpg")
    Image.new("RGB", (48, 48), (255, 255, 255)).save(paths[-1])

    assert group_numbers(paths) == [0, 1, 2, 2]


def test_unreadable_files_are_reported_and_grouped_by_bytes_alone(photo, tmp_path):
    whole = photo.read_bytes()
    for name in ("cut.png", "cut too.png"):
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("no photo")
    paths = [photo, tmp_path / "cut.png", tmp_path / "text.png", tmp_path / "cut too.png"]
    paths += [tmp_path / "gone.png", tmp_path / "gone too.png", tmp_path]
    hashes = PhotoHashes.of(paths)

    assert duplicate_groups(hashes).tolist() == [0, 1, 2, 1, 3, 4, 5]
    assert sorted(hashes.problems) == [1, 2, 3, 4, 5, 6]
    assert "truncated" in hashes.problems[1]
    assert "gone.png" in hashes.problems[4]
    assert hashes.sha256[4] is None


def test_many_photos_of_one_picture_are_linked_fast():
    n_photos = 800
    hashes = PhotoHashes(
        sha256=tuple(i.to_bytes(4) for i in range(n_photos)),
        bits=np.zeros((n_photos, 32), np.uint8),
        thumbnails=np.full((n_photos, 16, 16, 3), 200, np.uint8),
        problems={},
    )
    assert not duplicate_groups(hashes).any()


def test_links_over_several_steps_are_one_group():
    thumbnails = np.repeat(np.array([100, 125, 150], np.uint8), 768).reshape(3, 16, 16, 3)
    bits = np.zeros((3, 32), np.uint8)
    pair = PhotoHashes((b"a", b"c"), bits[:2], thumbnails[[0, 2]], {})
    chain = PhotoHashes((b"a", b"b", b"c"), bits, thumbnails, {})

    assert duplicate_groups(pair).tolist() == [0, 1]
    assert duplicate_groups(chain).tolist() == [0, 0, 0]


def test_no_photos_have_no_groups():
    assert duplicate_groups(PhotoHashes.of([])).shape == (0,)


@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_groups_agree_with_comparing_every_pair_in_any_order(data):
    """Against an oracle of its own: all pairs, in Python, linked by hand."""
    n_photos = data.draw(st.integers(1, 40))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    picture = rng.integers(0, 3, n_photos)
    bits = rng.integers(0, 256, (3, 32), dtype=np.uint8)[picture]
    flips = np.packbits(rng.random((n_photos, 256)) < 0.04, axis=1)
    bits = bits ^ flips
    level = rng.integers(0, 2, n_photos).astype(np.uint8) * 100
    thumbnails = np.broadcast_to(level[:, None, None, None], (n_photos, 16, 16, 3)).copy()

    link = np.bitwise_count(bits[:, None] ^ bits[None]).sum(2) <= 20
    link &= level[:, None] == level[None]
    reached = np.linalg.matrix_power(link.astype(float), n_photos) > 0

    order = rng.permutation(n_photos)
    hashes = PhotoHashes(
        tuple(int(i).to_bytes(4) for i in order),
        bits[order],
        thumbnails[order],
        {},
    )
    groups = duplicate_groups(hashes)
    np.testing.assert_array_equal(groups[:, None] == groups[None], reached[order][:, order])
