"""Word vectors as plain arrays, and their file."""

from __future__ import annotations

import functools
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modiste.errors import ReleaseError


@dataclass(frozen=True)
class WordVectors:
    """A vector and a frequency for each word.

    Parameters
    ----------
    words : tuple of str
        Unique, lower case.
    vectors : ndarray
        Shape ``(n_words, n_dimensions)`` float32, finite; the length carries no meaning.
    frequencies : ndarray
        Shape ``(n_words,)`` int64, at least 1: how often each word occurred. They weigh the
        words of a name that has several.

    Raises
    ------
    ValueError
        If the shapes or dtypes disagree, a word is repeated, or a number is not usable.
    """

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    frequencies: NDArray[np.int64]

    def __post_init__(self) -> None:
        n_words = len(self.words)
        if self.vectors.ndim != 2 or len(self.vectors) != n_words or not self.vectors.shape[1]:
            raise ValueError(
                f"vectors must have shape ({n_words}, n_dimensions), a row for each word. "
                f"Received: {self.vectors.shape}"
            )
        if self.frequencies.shape != (n_words,):
            raise ValueError(
                f"frequencies must have shape ({n_words},). Received: {self.frequencies.shape}"
            )
        if self.vectors.dtype != np.float32 or self.frequencies.dtype != np.int64:
            raise ValueError(
                "vectors must be float32 and frequencies int64. "
                f"Received: {self.vectors.dtype} and {self.frequencies.dtype}"
            )
        if len(self.index) != n_words:
            raise ValueError(
                f"words must be unique. Received: {n_words - len(self.index)} repeated words"
            )
        if not np.isfinite(self.vectors).all():
            raise ValueError("vectors must be finite. Received: NaN or infinity")
        if n_words and self.frequencies.min() < 1:
            raise ValueError(
                f"frequencies must be at least 1. Received: {int(self.frequencies.min())}"
            )

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    @property
    def n_dimensions(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    @functools.cached_property
    def index(self) -> dict[str, int]:
        """Row of each word."""
        return {word: i for i, word in enumerate(self.words)}

    @functools.cached_property
    def unit(self) -> NDArray[np.float32]:
        """The vectors at length 1, shape ``(n_words, n_dimensions)`` float32; zeros stay."""
        return unit_rows(self.vectors)

    @functools.cached_property
    def rarity(self) -> NDArray[np.float32]:
        """Inverse document frequency of each word, shape ``(n_words,)`` float32, above 0."""
        total = float(self.frequencies.sum())
        return np.log1p(total / self.frequencies).astype(np.float32)

    def save(self, path: str | Path) -> None:
        """Write an ``.npz`` file; the same vectors give the same bytes."""
        with Path(path).open("wb") as file:
            np.savez(
                file,
                words=np.array(self.words, dtype=np.str_),
                vectors=self.vectors,
                frequencies=self.frequencies,
            )

    @classmethod
    def load(cls, path: str | Path) -> WordVectors:
        """Read what `save` wrote; nothing in the file is executed.

        Raises
        ------
        ReleaseError
            If the file is missing, is not such a file, or breaks a rule of `WordVectors`.
        """
        try:
            with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                words, vectors = arrays["words"], arrays["vectors"]
                frequencies = arrays["frequencies"]
            if words.ndim != 1 or words.dtype.kind != "U":
                raise ValueError(
                    "words must be a list of strings. "
                    f"Received: shape {words.shape}, dtype {words.dtype}"
                )
            return cls(tuple(words.tolist()), vectors, frequencies)
        except (
            OSError,
            EOFError,
            KeyError,
            RuntimeError,
            TypeError,
            ValueError,
            zipfile.BadZipFile,
        ) as error:
            raise ReleaseError(
                f"{path} must be word vectors written by this version of modiste; "
                f"publish the release again. Received: {error}"
            ) from error


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows at length 1, shape and dtype kept; rows of zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(
        rows, lengths, out=np.zeros_like(rows), where=lengths > 0
    )
    return scaled
