from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest

from modiste.errors import DatasetError, MissingDependencyError
from modiste.nlp.fit_word_vectors import (
    WordVectorOptions,
    extend,
    fit_word_vectors,
    read_word2vec,
)
from modiste.nlp.word_vectors import WordVectors, unit_rows

pytest.importorskip("gensim", reason="gensim trains word vectors")

TWINS = (("crimson", "scarlet"), ("jeans", "denims"), ("frock", "gown"), ("lace", "filigree"))
COMPANY = ("lipstick shade", "pocket seam", "hem bodice", "veil openwork")
FAST = WordVectorOptions(n_dimensions=16, n_epochs=12, min_count=3)


def texts(n: int = 1200) -> list[str]:
    random_state = random.Random(0)
    found = []
    for _ in range(n):
        i = random_state.randrange(len(TWINS))
        found.append(f"{random_state.choice(TWINS[i])} {COMPANY[i]}")
    return found


def cosine(vectors: WordVectors, first: str, second: str) -> float:
    """Return the cosine without the common part that few words leave large."""
    rows = unit_rows(vectors.unit - vectors.unit.mean(axis=0))
    return float(rows[vectors.index[first]] @ rows[vectors.index[second]])


def test_words_of_the_same_company_come_near():
    vectors = fit_word_vectors(texts(), options=FAST)

    assert cosine(vectors, "crimson", "scarlet") > cosine(vectors, "crimson", "denim") + 0.2
    assert vectors.frequencies.tolist() == sorted(vectors.frequencies, reverse=True)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("first.npz", "second.npz"):
        fit_word_vectors(texts(200), options=FAST, seed=7).save(tmp_path / name)
    fit_word_vectors(texts(200), options=FAST, seed=8).save(tmp_path / "other.npz")

    first = (tmp_path / "first.npz").read_bytes()
    assert first == (tmp_path / "second.npz").read_bytes()
    assert first != (tmp_path / "other.npz").read_bytes()


def test_rare_words_are_left_out_and_too_few_are_named():
    options = WordVectorOptions(n_dimensions=4, min_count=2, n_epochs=1)

    assert fit_word_vectors(["red dress", "red coat"], options=options).words == ("red",)
    with pytest.raises(ValueError, match=r"at least 2 times. Received: 1 texts, 2 words"):
        fit_word_vectors(["red dress"], options=options)


def test_read_word2vec_text(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("3 2\nzebra 1 0\ndress 0 1\ncoat 0.5 0.5\n")
    vectors = read_word2vec(path)

    assert vectors.words == ("zebra", "dress", "coat")
    assert vectors.frequencies.tolist() == [3, 1, 1]
    np.testing.assert_allclose(vectors.vectors[2], [0.5, 0.5])


def test_read_word2vec_binary(tmp_path):
    path = tmp_path / "words.bin"
    rows = np.array([[1, 0], [0, 1]], dtype="<f4")
    path.write_bytes(b"2 2\nred " + rows[0].tobytes() + b"\ncoat " + rows[1].tobytes() + b"\n")

    assert read_word2vec(path, binary=True).words == ("red", "coat")


def test_alphabetical_files_say_nothing_of_frequency(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("2 1\ncoat 1\ndress 2\n")

    assert read_word2vec(path).frequencies.tolist() == [1, 1]


@pytest.mark.parametrize("content", ["", "not numbers\n", "2 2\nred 1\n"])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "words.txt"
    path.write_text(content)

    with pytest.raises(DatasetError, match="word2vec's text format"):
        read_word2vec(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere.txt"):
        read_word2vec(tmp_path / "nowhere.txt")


def test_extend_keeps_the_pretrained_and_carries_the_others_over():
    own = fit_word_vectors(texts(), options=FAST)
    # The pre-trained space is the catalogue's own, turned round: the map is known.
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((16, 16)))[0]
    kept = [word for word in own.words if word != "scarlet"]
    rows = [own.index[word] for word in kept]
    pretrained = WordVectors(
        tuple(kept),
        (own.unit[rows] @ turn).astype(np.float32),
        np.ones(len(kept), np.int64),
    )
    extended = extend(pretrained, texts(), options=FAST)

    assert extended.words == (*kept, "scarlet")
    assert cosine(extended, "scarlet", "crimson") > cosine(extended, "scarlet", "jeans") + 0.2
    expected = pretrained.unit - pretrained.unit.mean(axis=0)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(extended.unit[: len(kept)], expected, atol=1e-5)


def test_extend_needs_shared_words():
    other = WordVectors(("piano",), np.ones((1, 4), np.float32), np.ones(1, np.int64))

    with pytest.raises(ValueError, match=r"At least 10 words .* Received: 0"):
        extend(other, texts(100), options=FAST)


def test_without_gensim_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)

    with pytest.raises(MissingDependencyError, match=r"modiste\[train\]"):
        fit_word_vectors(texts(10), options=FAST)


def test_reading_phrases_does_not_import_gensim():
    code = (
        "import sys, modiste.nlp.phrase_reader, modiste.nlp.fit_word_vectors;"
        "print('gensim' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
