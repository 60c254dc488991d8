"""What the service answers: the pydantic models that are written as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from modiste.attribute_model.garment import Box, Garment

if TYPE_CHECKING:
    from flask import Response

    from modiste.nlp.attribute_query import AttributeQuery
    from modiste.recommender.recommendation import Reason, Recommendation
    from modiste.recommender.refinement import Refinement

N_CATEGORIES_SHOWN = 5
N_ATTRIBUTES_SHOWN = 20


class ItemAnswer(BaseModel):
    """One item; what is unknown is null. `image` is an address on this service."""

    item_id: str
    item_group_id: str | None = None
    title: str
    description: str | None = None
    brand: str | None = None
    category: str | None = None
    attributes: list[str] | None = None
    color: str | None = None
    price: float | None = None
    availability: str
    available_from: datetime | None = None
    image: str | None = None


class ScoredName(BaseModel):
    """A name of the vocabulary and its score in [0, 1]; categories have no type here."""

    name: str
    score: float
    type: str | None = None


class GarmentAnswer(BaseModel):
    """What the network saw: the best categories and attributes, best first."""

    category: str
    category_scores: list[ScoredName]
    box: Box
    attributes: list[ScoredName]

    @classmethod
    def of(
        cls,
        garment: Garment,
        attribute_types: dict[str, str],
        *,
        n_shown: tuple[int, int] | None = (N_CATEGORIES_SHOWN, N_ATTRIBUTES_SHOWN),
    ) -> GarmentAnswer:
        """Shorten a garment to what a page shows: so many categories and attributes, or all."""
        n_categories, n_attributes = n_shown or (None, None)
        categories = _best(garment.category_scores.items(), n_categories)
        attributes = _best(garment.attributes.items(), n_attributes)
        x1, y1, x2, y2 = (float(edge) for edge in garment.box)
        return cls(
            category=garment.category,
            category_scores=[ScoredName(name=n, score=s) for n, s in categories],
            box=(x1, y1, x2, y2),
            attributes=[
                ScoredName(name=n, score=s, type=attribute_types.get(n)) for n, s in attributes
            ],
        )


class DetectAnswer(BaseModel):
    """What the network saw in a photo; the embedding may be searched with."""

    release_id: str
    category: str
    category_scores: list[ScoredName]
    box: Box
    attributes: list[ScoredName]
    embedding: list[float]

    @classmethod
    def of(cls, garment: Garment, release_id: str, attribute_types: dict[str, str]) -> DetectAnswer:
        """Write all of a garment down."""
        shown = GarmentAnswer.of(garment, attribute_types, n_shown=None)
        return cls(
            release_id=release_id,
            category=shown.category,
            category_scores=shown.category_scores,
            box=shown.box,
            attributes=shown.attributes,
            embedding=garment.embedding.tolist(),
        )


class MatchAnswer(BaseModel):
    """Words of the phrase and the name they were read as; a weight below 0 avoids it."""

    words: str
    name: str
    weight: float


class PhraseAnswer(BaseModel):
    """How the phrase was read."""

    matched: list[MatchAnswer]
    not_understood: list[str]
    corrected: dict[str, str] = {}
    filters: dict[str, Any] = {}
    colors: dict[str, float] = {}
    language: str = "en"

    @classmethod
    def of(cls, phrase: AttributeQuery) -> PhraseAnswer:
        """Copy what a page shows of a phrase."""
        return cls(
            matched=[
                MatchAnswer(words=m.words, name=m.name, weight=float(m.weight))
                for m in phrase.matched
            ],
            not_understood=list(phrase.not_understood),
            corrected=dict(phrase.corrected),
            filters=dict(phrase.filters),
            colors=dict(phrase.colors),
            language=phrase.language,
        )


class RefinementAnswer(BaseModel):
    """What a phrase made of what the photo or the item shows."""

    kept: list[str]
    added: list[str]
    removed: list[str]

    @classmethod
    def of(cls, refinement: Refinement) -> RefinementAnswer:
        """Copy a refinement."""
        return cls(
            kept=list(refinement.kept),
            added=list(refinement.added),
            removed=list(refinement.removed),
        )


class ReasonAnswer(BaseModel):
    """One true cause of a product's place; the strengths are shares of the score.

    `text` says it in English. Who says it in another language has `kind` and `names`, and the
    titles of those names that are items.
    """

    kind: str
    text: str
    strength: float
    names: list[str]
    titles: list[str] = []

    @classmethod
    def of(cls, reason: Reason, titles: Mapping[str, str]) -> ReasonAnswer:
        """Copy a reason; `titles` are those of the items that reasons name."""
        return cls(
            kind=reason.kind,
            text=reason.text,
            strength=float(reason.strength),
            names=list(reason.names),
            titles=[titles[name] for name in reason.names if name in titles],
        )


class RecommendationAnswer(BaseModel):
    """One product of the answer and its item."""

    item_id: str
    rank: int
    score: float
    match_score: float
    personal_score: float
    reasons: list[ReasonAnswer]
    item: ItemAnswer

    @classmethod
    def of(
        cls,
        recommendation: Recommendation,
        item: ItemAnswer,
        titles: Mapping[str, str],
        *,
        n_before: int = 0,
    ) -> RecommendationAnswer:
        """Join a recommendation with its item; earlier pages showed `n_before`.

        `titles` are those of the items that its reasons name.
        """
        return cls(
            item_id=recommendation.item_id,
            rank=int(recommendation.rank) + n_before,
            score=float(recommendation.score),
            match_score=float(recommendation.match_score),
            personal_score=float(recommendation.personal_score),
            reasons=[ReasonAnswer.of(reason, titles) for reason in recommendation.reasons],
            item=item,
        )


class RecommendationsAnswer(BaseModel):
    """The answer to one search, or a page of it.

    `next_cursor`, sent with the same search, brings the next page: what no page showed yet,
    200 products in all at most. It is null on the last page. Scores compare within a page.
    """

    release_id: str
    search_id: str | None = None
    next_cursor: str | None = None
    recommendations: list[RecommendationAnswer]
    garment: GarmentAnswer | None = None
    phrase: PhraseAnswer | None = None
    refinement: RefinementAnswer | None = None
    notes: list[str] = []


class FieldProblem(BaseModel):
    """One field that is wrong: where, a stable code, and words."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """Body of every error."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class ShopperAnswer(BaseModel):
    """One shopper of the demo; `bought` are the items of `last_bought`, latest first."""

    user_id: str
    n_purchases: int
    last_bought: list[str]
    bought: list[str]


class UsersAnswer(BaseModel):
    """Shoppers of the demo, those who bought most first."""

    users: list[ShopperAnswer]


class HealthAnswer(BaseModel):
    """Whether the service is alive, or ready and with which release."""

    status: str
    release_id: str | None = None
    n_items: int | None = None


def answer(body: BaseModel, *, cacheable: bool = False, etag: str | None = None) -> Response:
    """Return a model as JSON.

    Parameters
    ----------
    body : BaseModel
        Numbers that JSON cannot write become null.
    cacheable : bool
        Add an ETag and answer 304 to a client that has it; otherwise nothing keeps it.
    etag : str, optional
        The ETag, where it is not that of the bytes; makes it cacheable too.
    """
    # Loaded here: clients read the models of this module and have no Flask.
    from flask import Response, request

    response = Response(body.model_dump_json(), content_type="application/json")
    if not cacheable and etag is None:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = "no-cache"
    if etag is None:
        response.add_etag()
    else:
        response.set_etag(etag)
    response.make_conditional(request)
    return response


def _best(scores: Iterable[tuple[str, float]], n: int | None) -> list[tuple[str, float]]:
    ordered = sorted(scores, key=lambda pair: pair[1], reverse=True)
    return [(name, float(score)) for name, score in ordered[:n]]
