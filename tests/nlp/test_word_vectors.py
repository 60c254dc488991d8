from __future__ import annotations

import numpy as np
import pytest

from modiste.errors import ReleaseError
from modiste.nlp.word_vectors import WordVectors


def some_vectors() -> WordVectors:
    return WordVectors(
        ("dress", "t-shirt", "crêpe"),
        np.array([[3, 4], [0, 0], [1, 0]], dtype=np.float32),
        np.array([10, 1, 100], dtype=np.int64),
    )


def test_rows_are_found_and_at_length_one():
    vectors = some_vectors()

    assert "dress" in vectors
    assert "coat" not in vectors
    np.testing.assert_allclose(vectors.unit[vectors.index["dress"]], [0.6, 0.8])
    np.testing.assert_array_equal(vectors.unit[vectors.index["t-shirt"]], [0, 0])
    assert vectors.n_dimensions == 2
    assert len(vectors) == 3


def test_rare_words_weigh_more():
    rarity = some_vectors().rarity

    assert rarity[1] > rarity[0] > rarity[2] > 0


def test_save_and_load_keep_everything(tmp_path):
    vectors = some_vectors()
    vectors.save(tmp_path / "words.npz")
    vectors.save(tmp_path / "again.npz")
    loaded = WordVectors.load(tmp_path / "words.npz")

    assert loaded.words == vectors.words
    np.testing.assert_array_equal(loaded.vectors, vectors.vectors)
    np.testing.assert_array_equal(loaded.frequencies, vectors.frequencies)
    assert (tmp_path / "words.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"words": ("a", "b")}, "vectors must have shape"),
        ({"words": ("a", "a", "b")}, "unique"),
        ({"vectors": np.zeros((3, 0), np.float32)}, "vectors must have shape"),
        ({"vectors": np.full((3, 2), np.nan, np.float32)}, "finite"),
        ({"vectors": np.zeros((3, 2), np.float64)}, "float32"),
        ({"frequencies": np.ones(2, np.int64)}, "frequencies must have shape"),
        ({"frequencies": np.zeros(3, np.int64)}, "at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(change, problem):
    vectors = some_vectors()
    parts = {
        "words": vectors.words,
        "vectors": vectors.vectors,
        "frequencies": vectors.frequencies,
    }

    with pytest.raises(ValueError, match=problem):
        WordVectors(**(parts | change))


def write_pickled(path):
    words = np.array(["a", "b"], dtype=object)
    vectors = np.zeros((2, 2), np.float32)
    with path.open("wb") as file:
        np.savez(file, words=words, vectors=vectors, frequencies=np.ones(2, np.int64))


def write_numbers_for_words(path):
    with path.open("wb") as file:
        np.savez(
            file,
            words=np.arange(2),
            vectors=np.zeros((2, 2), np.float32),
            frequencies=np.ones(2, np.int64),
        )


def write_one_array(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def write_without_vectors(path):
    with path.open("wb") as file:
        np.savez(file, words=np.array(["a"]))


def write_half(path):
    some_vectors().save(path)
    path.write_bytes(path.read_bytes()[:300])


@pytest.mark.parametrize(
    "write",
    [
        write_pickled,
        write_numbers_for_words,
        write_one_array,
        write_without_vectors,
        write_half,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("dress 0.1 0.2"),
        lambda path: None,
    ],
)
def test_other_files_are_refused(tmp_path, write):
    path = tmp_path / "words.npz"
    write(path)

    with pytest.raises(ReleaseError, match=r"words.npz must be word vectors"):
        WordVectors.load(path)


def test_no_changed_byte_goes_unnoticed_or_breaks_the_reader(tmp_path):
    path = tmp_path / "words.npz"
    some_vectors().save(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[at] ^= 0xFF
        path.write_bytes(bytes(changed))
        try:
            WordVectors.load(path)
        except ReleaseError:
            continue
