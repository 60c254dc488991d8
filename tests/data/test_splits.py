"""Splits follow the bytes of the photos, and nothing else."""

from __future__ import annotations

import shutil
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.data.duplicates import PhotoHashes
from modiste.data.splits import split_by_content, split_hashed
from modiste.errors import DatasetError

#: Hashes far from one another.
BITS = np.random.default_rng(0).integers(0, 256, (400, 32), dtype=np.uint8)


def made_hashes(keys: list[int]) -> PhotoHashes:
    """Return the hashes of photos that are the same where their key is."""
    bits = BITS[keys]
    thumbnails = np.zeros((len(keys), 16, 16, 3), np.uint8)
    return PhotoHashes(tuple(key.to_bytes(4) for key in keys), bits, thumbnails, {})


def test_names_and_order_have_no_part_in_it(tmp_path, draw_photo):
    paths = [draw_photo(tmp_path / f"{i}.png", seed=i) for i in range(30)]
    splits = dict(zip(range(30), split_by_content(paths), strict=True))
    renamed = [shutil.copy(paths[i], tmp_path / f"z{97 * i % 31}.png") for i in range(29, -1, -1)]

    assert split_by_content(renamed) == [splits[i] for i in range(29, -1, -1)]
    assert Counter(splits.values()) == {"train": 21, "val": 3, "test": 6}


def test_a_picture_saved_anew_stays_on_its_side(tmp_path, draw_photo):
    paths = [draw_photo(tmp_path / f"{i}.png", seed=i) for i in range(20)]
    anew = [draw_photo(tmp_path / f"{i}.jpg", seed=i, side=64, quality=85) for i in range(20)]
    splits = split_by_content([*paths, *anew])

    assert splits[:20] == splits[20:]
    assert set(splits) == {"train", "val", "test"}


@settings(deadline=None, max_examples=25)
@given(
    photos=st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["Dress", "Tee", None])), min_size=1
    ),
    test_share=st.sampled_from([0.0, 0.2, 0.5]),
    seed=st.integers(0, 100),
)
def test_groups_stay_whole_and_order_is_free(photos, test_share, seed):
    shares = {"train": 1 - test_share, "test": test_share}
    keys, labels = [key for key, _ in photos], [label for _, label in photos]
    splits = split_hashed(made_hashes(keys), shares=shares, labels=labels)
    order = np.random.default_rng(seed).permutation(len(keys))
    shuffled = split_hashed(
        made_hashes([keys[i] for i in order]), shares=shares, labels=[labels[i] for i in order]
    )

    assert [splits[i] for i in order] == shuffled
    assert len({*zip(keys, splits, strict=True)}) == len(set(keys))
    if not test_share:
        assert set(splits) == {"train"}


@settings(deadline=None, max_examples=15)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_every_class_and_the_whole_have_near_their_shares(sizes):
    labels = [f"class {i}" for i, size in enumerate(sizes) for _ in range(size)]
    splits = split_hashed(made_hashes(list(range(len(labels)))), labels=labels)
    wanted = {"train": 0.7, "val": 0.1, "test": 0.2}

    for split, share in wanted.items():
        assert splits.count(split) == pytest.approx(share * len(labels), abs=2)
    found = Counter(zip(labels, splits, strict=True))
    for i, size in enumerate(sizes):
        for split, share in wanted.items():
            assert found[f"class {i}", split] == pytest.approx(share * size, abs=3)


def test_classes_of_one_photo_do_not_all_train():
    labels = [f"product {i}" for i in range(100)]
    splits = split_hashed(made_hashes(list(range(100))), labels=labels)
    assert splits.count("test") == pytest.approx(20, abs=1)


def test_a_photo_with_two_labels_is_split_once():
    splits = split_hashed(made_hashes([1, 1, 2]), labels=["Dress", "Tee", None])
    assert splits[0] == splits[1]


@pytest.mark.parametrize(
    "shares",
    [
        {"train": 0.5},
        {"train": 1.5, "test": -0.5},
        {"train": 0.5, "holdout": 0.5},
        [("train", 0.5), ("train", 0.5)],
    ],
)
def test_wrong_shares_are_refused(shares):
    with pytest.raises(ValueError, match="Shares must"):
        split_by_content([], shares=shares)


def test_wrong_labels_are_refused():
    with pytest.raises(ValueError, match=r"one a photo, 2 in all\. Received: 1"):
        split_hashed(made_hashes([1, 2]), labels=["Dress"])


def test_a_missing_photo_is_refused(tmp_path, draw_photo):
    with pytest.raises(DatasetError, match=r"1 are not\. Received: .*gone"):
        split_by_content([draw_photo(tmp_path / "a.png", seed=1), tmp_path / "gone.png"])


def test_no_photos_have_no_splits():
    assert split_by_content([]) == []
