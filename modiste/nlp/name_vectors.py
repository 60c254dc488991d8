"""Names of a vocabulary by what they mean: cosine of word vectors, with a threshold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from modiste.nlp.normalise import Word, is_stop_word
from modiste.nlp.word_vectors import WordVectors, unit_rows

#: Names that one word may stand for, at most.
MAX_NAMES = 3
#: A second name must come this near to the first, as a share of its cosine.
NEAR_BEST = 0.9
#: No weight reaches that of a name as spelled.
MAX_WEIGHT = 0.9
#: Words further from a name than this cosine never mean it, however they stand out.
MIN_COSINE = 0.4
#: Share of all words whose best name does not stand out enough.
NULL_QUANTILE = 0.8
#: Bounds of the least margin, however the vectors are spread.
MIN_MARGIN, MAX_MARGIN = 0.05, 0.2

_N_NEIGHBOURS = 10
_N_NULL_WORDS = 5000


class NameVectors:
    """Finds the names nearest in meaning to words that spell none.

    Vectors are centred, because word2vec's of a small catalogue share a large common
    part. A word means a name if the two stand out to each other: their cosine is above
    `MIN_COSINE`, and above the word's cosine with its next names and the name's with its
    nearest words by a margin. The least margin follows from the vectors: four in five of
    all their words stay below it with every name that they are not part of.

    Parameters
    ----------
    vectors : WordVectors
        Vectors of the language typed.
    names : mapping of str to sequence of Word
        Each name and its words; a name with a word that has no vector is never found.
    language : str
        ISO 639-1 code of the names.

    References
    ----------
    Mu and Viswanath, "All-but-the-Top", ICLR 2018 (centring).
    Conneau et al., "Word Translation Without Parallel Data", ICLR 2018
    (cross-domain similarity local scaling).
    """

    def __init__(
        self,
        vectors: WordVectors,
        names: Mapping[str, Sequence[Word]],
        language: str = "en",
    ) -> None:
        self._index = vectors.index
        self._rarity = vectors.rarity
        self._language = language
        unit = vectors.unit
        centre = unit.mean(axis=0) if len(unit) else np.zeros(vectors.n_dimensions, np.float32)
        # A handful of words has no common part worth taking off.
        self._unit = unit_rows(unit - centre) if len(unit) > vectors.n_dimensions else unit

        found = {name: self._vector(span) for name, span in names.items()}
        self.names = tuple(name for name, vector in found.items() if vector is not None)
        rows = [vector for vector in found.values() if vector is not None]
        # A row for each name, even of none: (n_names, n_dimensions).
        self._matrix = np.array(rows, dtype=np.float32).reshape(len(rows), vectors.n_dimensions)
        self._rows_of_lemma: dict[str, list[int]] = {}
        for row, name in enumerate(self.names):
            for lemma in {lemma for word in names[name] for lemma in word.lemmas}:
                self._rows_of_lemma.setdefault(lemma, []).append(row)
        self._hubness, self.threshold = self._calibrate()
        self._sureness = 1.0

    def __contains__(self, word: object) -> bool:
        """Whether a word has a vector."""
        return word in self._index

    def nearest(self, typed: Sequence[Word]) -> list[dict[str, float]]:
        """Return, for each word, the names it means and how surely.

        Parameters
        ----------
        typed : sequence of Word
            Words that spell no name.

        Returns
        -------
        list of dict of str to float
            One a word: at most `MAX_NAMES` names, the one that stands out most first,
            with weights up to `MAX_WEIGHT`: cosines, or after `fit_weights` how likely it is
            that the name is meant. Empty where none stands out.
        """
        vectors = [self._vector([word]) for word in typed]
        known = [i for i, vector in enumerate(vectors) if vector is not None]
        meant: list[dict[str, float]] = [{} for _ in typed]
        if not known or not self.names:
            return meant
        queries = np.array([vectors[i] for i in known], dtype=np.float32)
        cosines = queries @ self._matrix.T  # (n_known, n_names)
        for i, row in zip(known, cosines, strict=True):
            row[self._names_with(typed[i])] = -1.0
        margins = _margins(cosines, self._hubness)
        for i, cosine, margin in zip(known, cosines, margins, strict=True):
            meant[i] = self._best(cosine, margin)
        return meant

    def fit_weights(self, known: Sequence[tuple[Word, Collection[str]]]) -> None:
        """Let weights say how likely it is that a name is meant.

        Parameters
        ----------
        known : sequence of (Word, collection of str)
            Words that spell no name, with every name that each may mean; what `nearest`
            finds for them tells how often it is right.
        """
        self._sureness = 1.0
        best = [
            next(iter(each.items()), None) for each in self.nearest([word for word, _ in known])
        ]
        found = [
            (weight, name in names)
            for (_, names), (name, weight) in (
                (pair, first) for pair, first in zip(known, best, strict=True) if first
            )
        ]
        if not found:
            return
        right = (sum(is_right for _, is_right in found) + 1) / (len(found) + 2)
        self._sureness = right / float(np.mean([weight for weight, _ in found]))

    def _names_with(self, word: Word) -> list[int]:
        """Return the longer names that hold a word: "new" does not mean "new york"."""
        return [row for lemma in word.lemmas for row in self._rows_of_lemma.get(lemma, ())]

    def _best(self, cosines: NDArray[np.float32], margins: NDArray[np.float32]) -> dict[str, float]:
        best = np.argsort(-margins, kind="stable")[:MAX_NAMES]
        least = max(MIN_COSINE, NEAR_BEST * float(cosines[best[0]]))
        return {
            self.names[i]: min(MAX_WEIGHT, round(self._sureness * float(cosines[i]), 4))
            for i in best
            if margins[i] >= self.threshold and cosines[i] >= least
        }

    def _calibrate(self) -> tuple[NDArray[np.float32], float]:
        n_names = len(self.names)
        if not n_names:
            return np.zeros(0, dtype=np.float32), MIN_MARGIN
        step = max(1, len(self._unit) // _N_NULL_WORDS)
        cosines = self._unit[::step] @ self._matrix.T  # (n_null_words, n_names)
        # A name's own words say nothing about chance.
        cosines[cosines > 0.999] = -1.0
        n_neighbours = min(_N_NEIGHBOURS, len(cosines))
        nearest = np.partition(cosines, -n_neighbours, axis=0)[-n_neighbours:].mean(axis=0)
        hubness = (nearest - nearest.mean()).astype(np.float32)
        best = _margins(cosines, hubness).max(axis=1)
        null = float(np.quantile(best, NULL_QUANTILE))
        return hubness, min(MAX_MARGIN, max(MIN_MARGIN, null))

    def _vector(self, span: Sequence[Word]) -> NDArray[np.float32] | None:
        rows: list[int] = []
        for word in span:
            if len(span) > 1 and is_stop_word(word, self._language):
                continue
            found = self._rows(word)
            if found is None:
                return None
            rows += found
        if not rows:
            return None
        total = self._rarity[rows] @ self._unit[rows]
        length = float(np.linalg.norm(total))
        return (total / length).astype(np.float32) if length > 0 else None

    def _rows(self, word: Word) -> list[int] | None:
        """Return the row of a word as a whole, or else those of its parts."""
        for form in (word.typed, word.lemma, "".join(word.parts), "".join(word.lemmas)):
            if form in self._index:
                return [self._index[form]]
        if len(word.parts) == 1:
            return None
        rows = []
        for part, lemma in zip(word.parts, word.lemmas, strict=True):
            row = self._index.get(part, self._index.get(lemma))
            if row is not None:
                rows.append(row)
            elif len(part) > 1 and not is_stop_word(Word(part, part, (part,), (lemma,))):
                return None
        return rows or None


def _margins(cosines: NDArray[np.float32], hubness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each cosine, ``(n_words, n_names)``, stands out for word and name."""
    n_names = cosines.shape[1]
    n_next = min(_N_NEIGHBOURS, n_names - 1)
    if not n_next:
        return cosines - hubness
    top = np.partition(cosines, n_names - n_next - 1, axis=1)[:, n_names - n_next - 1 :]
    next_ones = (top.sum(axis=1) - top.max(axis=1)) / n_next  # (n_words,)
    margins: NDArray[np.float32] = cosines - hubness - next_ones[:, np.newaxis]
    return margins
