"""From attribute scores to the few names that a person reads."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modiste.data.attribute_names import alternatives, display_groups
from modiste.data.vocabulary import Vocabulary


@dataclass(frozen=True)
class AttributeNaming:
    """Names what reaches its threshold, each thing once; make one with `AttributeNaming.of`.

    Parameters
    ----------
    vocabulary : Vocabulary
    shown_as : ndarray
        Shape ``(n_attributes,)`` int64: the attribute under whose name each is shown.
    """

    vocabulary: Vocabulary
    shown_as: NDArray[np.int64]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> AttributeNaming:
        """Return the naming of a vocabulary."""
        index = vocabulary.attribute_index
        display = display_groups(vocabulary).values()
        return cls(vocabulary, np.array([index[name] for name in display], dtype=np.int64))

    @functools.cached_property
    def excluding(self) -> list[frozenset[tuple[int, int]]]:
        """Of each attribute, the groups of alternatives that it is in, and its way in each."""
        held = alternatives(self.vocabulary)
        return [held.get(name, frozenset()) for name in self.vocabulary.attributes]

    def named(
        self, scores: NDArray[np.float32], thresholds: NDArray[np.float32]
    ) -> dict[str, float]:
        """Return what to show, best first.

        Names that differ only in spelling are one entry. It has the greatest score of
        those of them that reach their threshold: at least one of them being right is no
        less likely. Of names that exclude each other, "mini" and "maxi", the best is left.

        Parameters
        ----------
        scores, thresholds : ndarray
            Shape ``(n_attributes,)``.

        Returns
        -------
        dict of str to float
            Score by display name, which is a name of the vocabulary.
        """
        reached = np.flatnonzero(scores >= thresholds)
        reached = reached[np.argsort(-scores[reached], kind="stable")]
        shown: dict[str, float] = {}
        taken: dict[int, int] = {}
        for i in reached:
            name = self.vocabulary.attributes[self.shown_as[i]]
            held = self.excluding[i]
            if name in shown or any(taken.get(group, way) != way for group, way in held):
                continue
            taken.update(held)
            shown[name] = float(scores[i])
        return shown
