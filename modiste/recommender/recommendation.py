"""What a shopper gets back: products, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from modiste.attribute_model.garment import Garment
from modiste.nlp.attribute_query import AttributeQuery
from modiste.recommender.refinement import Refinement


@dataclass(frozen=True)
class Reason:
    """One true cause of a product's place.

    Parameters
    ----------
    kind : str
        ``looks_like``, ``attributes``, ``because_you_bought``, ``bought_again``,
        ``shoppers_like_you``, ``popular``, ``new``, ``pinned`` or ``backfill``; of a look also
        ``bought_together`` and ``goes_with``.
    text : str
        The reason in words, such as ``"because you bought Breton Tee"``.
    strength : float
        Share of the score that this cause brings, in [0, 1].
    names : tuple of str
        What the reason speaks of: attribute names or item ids.
    """

    kind: str
    text: str
    strength: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recommendation:
    """One product of the answer.

    Parameters
    ----------
    item_id : str
    rank : int
        1 for the first.
    score : float
        The ranker's score; comparable within one answer only. It falls along the answer
        unless the shop's rules order it otherwise.
    match_score : float
        How well the product fits the photo, the phrase or the look, in [0, 1]; 0 where there is
        none.
    personal_score : float
        How well it fits the shopper's history, in [0, 1]; 0 for a new shopper.
    reasons : tuple of Reason
        Strongest first; never empty.
    """

    item_id: str
    rank: int
    score: float
    match_score: float
    personal_score: float
    reasons: tuple[Reason, ...]


class Recommendations(list[Recommendation]):
    """The answer to one query: a list of products and what was understood.

    Attributes
    ----------
    garment : Garment or None
        What the network saw, if the query had a photo.
    phrase : AttributeQuery or None
        How the phrase was read, if the query had one.
    refinement : Refinement or None
        What the phrase made of what the photo or the item shows, if the query had both.
    notes : tuple of str
        Fallbacks taken, in words, such as an unknown shopper or too few matches.
    """

    def __init__(
        self,
        recommendations: Iterable[Recommendation] = (),
        *,
        garment: Garment | None = None,
        phrase: AttributeQuery | None = None,
        refinement: Refinement | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(recommendations)
        self.garment = garment
        self.phrase = phrase
        self.refinement = refinement
        self.notes = notes

    def to_json(self) -> dict[str, object]:
        """Return the answer as JSON values: products, what was understood, notes."""
        garment, phrase = self.garment, self.phrase
        return {
            "recommendations": [asdict(found) for found in self],
            "garment": None
            if garment is None
            else {
                "category": garment.category,
                "box": list(garment.box),
                "attributes": dict(garment.attributes),
            },
            "phrase": None if phrase is None else asdict(phrase),
            "refinement": None if self.refinement is None else asdict(self.refinement),
            "notes": list(self.notes),
        }
