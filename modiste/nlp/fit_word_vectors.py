"""Word vectors from a catalogue's texts, and from files of pre-trained ones.

Only a retraining job comes here: gensim is imported when a function that needs it is
called.

References
----------
Mikolov et al., "Distributed Representations of Words and Phrases and their
Compositionality", NIPS 2013.
Smith et al., "Offline bilingual word vectors, orthogonal transformations and the
inverted softmax", ICLR 2017.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from modiste.errors import DatasetError, MissingDependencyError
from modiste.nlp.normalise import tokens
from modiste.nlp.word_vectors import WordVectors, unit_rows


@dataclass(frozen=True)
class WordVectorOptions:
    """How word vectors are trained: with negative sampling, a word from its context.

    Parameters
    ----------
    n_dimensions : int
        Length of a vector.
    window : int
        Words on each side that count as context.
    min_count : int
        Words that occur less often are left out: their vectors would be chance.
    n_epochs : int
        Passes over the texts.
    n_negatives : int
        Random words set against each true one.
    skip_gram : bool
        Train the context from the word instead: a third of the words a second.
    n_workers : int
        Threads; with more than one, the same seed gives slightly different vectors.
    language : str
        ISO 639-1 code of the texts' language.
    """

    n_dimensions: int = 100
    window: int = 5
    min_count: int = 10
    n_epochs: int = 30
    n_negatives: int = 10
    skip_gram: bool = False
    n_workers: int = 1
    language: str = "en"


def fit_word_vectors(
    texts: Iterable[str], *, options: WordVectorOptions | None = None, seed: int = 0
) -> WordVectors:
    """Train word vectors on a catalogue's titles and descriptions.

    With one worker, the same texts and seed give the same bytes.

    Parameters
    ----------
    texts : iterable of str
        One title, description or caption each.
    options : WordVectorOptions, optional
        How to train.
    seed : int
        Seed of every random choice.

    Returns
    -------
    WordVectors
        Of the lemmas that occur at least ``options.min_count`` times, the most frequent
        first.

    Raises
    ------
    ValueError
        If no word occurs often enough.
    MissingDependencyError
        If gensim is not installed.
    """
    chosen = options or WordVectorOptions()
    sentences = [tokens(text, chosen.language) for text in texts]
    model = _gensim("models").Word2Vec(
        vector_size=chosen.n_dimensions,
        window=chosen.window,
        min_count=chosen.min_count,
        negative=chosen.n_negatives,
        epochs=chosen.n_epochs,
        sg=int(chosen.skip_gram),
        workers=chosen.n_workers,
        seed=seed,
    )
    model.build_vocab(sentences)
    if not len(model.wv):
        raise ValueError(
            f"texts need words that occur at least {chosen.min_count} times. "
            f"Received: {len(sentences)} texts, {sum(map(len, sentences))} words"
        )
    model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
    return WordVectors(
        tuple(model.wv.index_to_key),
        np.asarray(model.wv.vectors, dtype=np.float32),
        np.array([model.wv.get_vecattr(w, "count") for w in model.wv.index_to_key], np.int64),
    )


def read_word2vec(path: str | Path, *, binary: bool = False) -> WordVectors:
    """Read pre-trained vectors in word2vec's text or binary format.

    Such files hold no frequencies, but most are ordered by them: the word in row r is
    given that of Zipf's law, ``n_words / (r + 1)``. In a file in alphabetical order, every
    word is given 1.

    Parameters
    ----------
    path : path
        The file; ``.gz`` is read as it is.
    binary : bool
        Whether it is word2vec's binary format.

    Raises
    ------
    DatasetError
        If the file is missing or is not in that format.
    MissingDependencyError
        If gensim is not installed.
    """
    keyed_vectors = _gensim("models").KeyedVectors
    try:
        loaded = keyed_vectors.load_word2vec_format(str(path), binary=binary)
    except (OSError, EOFError, ValueError, IndexError) as error:
        kind = "binary" if binary else "text"
        raise DatasetError(
            f"{path} must be in word2vec's {kind} format. Received: {error}"
        ) from error
    words = tuple(loaded.index_to_key)
    is_alphabetical = list(words) == sorted(words)
    zipf = len(words) // np.arange(1, len(words) + 1)
    return WordVectors(
        words,
        np.asarray(loaded.vectors, dtype=np.float32),
        np.ones(len(words), np.int64) if is_alphabetical else zipf.astype(np.int64),
    )


def extend(
    pretrained: WordVectors,
    texts: Iterable[str],
    *,
    options: WordVectorOptions | None = None,
    seed: int = 0,
) -> WordVectors:
    """Add a catalogue's own words to pre-trained vectors.

    Vectors of the catalogue are trained, then rotated onto the pre-trained ones by the
    orthogonal map that best carries the shared words over (Procrustes). Words that were
    pre-trained keep their vectors, centred and at length 1; frequencies are added up.

    Parameters
    ----------
    pretrained : WordVectors
        Vectors of general language.
    texts : iterable of str
        One title, description or caption each.
    options : WordVectorOptions, optional
        How to train the catalogue's own; the two may differ in `n_dimensions`.
    seed : int
        Seed of every random choice.

    Raises
    ------
    ValueError
        If fewer than 10 words are shared, which no rotation can be fitted to.
    MissingDependencyError
        If gensim is not installed.
    """
    own = fit_word_vectors(texts, options=options, seed=seed)
    shared = [word for word in own.words if word in pretrained.index]
    if len(shared) < 10:
        raise ValueError(
            "At least 10 words must be in both the pre-trained vectors and the texts. "
            f"Received: {len(shared)}"
        )
    own_rows = [own.index[word] for word in shared]
    pretrained_rows = [pretrained.index[word] for word in shared]
    new_rows = [row for word, row in own.index.items() if word not in pretrained.index]
    # Each side has a common part of its own, which would set the two sides apart.
    source = unit_rows(own.unit - own.unit[own_rows].mean(axis=0))
    target = unit_rows(pretrained.unit - pretrained.unit.mean(axis=0))
    rotation = _procrustes(source[own_rows], target[pretrained_rows])
    moved = unit_rows((source[new_rows] @ rotation).astype(np.float32))
    frequencies = pretrained.frequencies.copy()
    frequencies[pretrained_rows] += own.frequencies[own_rows]
    return WordVectors(
        words=pretrained.words + tuple(own.words[row] for row in new_rows),
        vectors=np.concatenate([target, moved]),
        frequencies=np.concatenate([frequencies, own.frequencies[new_rows]]),
    )


def _procrustes(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the map with orthonormal rows, ``(d_source, d_target)``, nearest to target."""
    left, _, right = np.linalg.svd(
        source.astype(np.float64).T @ target.astype(np.float64), full_matrices=False
    )
    rotation: NDArray[np.float64] = left @ right
    return rotation


def _gensim(module: str) -> ModuleType:
    try:
        return importlib.import_module(f"gensim.{module}")
    except ImportError as error:
        raise MissingDependencyError(
            "Word vectors are trained by gensim, of the extra 'train': "
            f"pip install 'modiste[train]'. Received: {error}"
        ) from error
