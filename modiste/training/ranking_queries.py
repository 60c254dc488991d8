"""Questions with known answers: what shoppers bought next, asked as they might have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.attribute_model.garment import Box, Garment
from modiste.data import columns
from modiste.nlp.phrase_reader import MAX_CHARACTERS, MAX_WORDS
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.encoder import QueryEncoder
from modiste.recommender.history import History
from modiste.recommender.query import Query
from modiste.recommender.readers import TextReader
from modiste.training.snapshot import Snapshot
from modiste.training.time_cuts import Cut

HOME: Final = "home"
PHOTO: Final = "photo"
PHRASE: Final = "phrase"

#: A search this long before a purchase is taken as what led to it.
SEARCH_LEADS_DAYS: Final = 1.0
#: Questions with a photo or phrase a shopper and cut, at most.
MAX_QUESTIONS_A_SHOPPER: Final = 3
_N_NEIGHBOURS = 10
_MAX_WORDS = 3
_ANY_PHOTO = np.zeros((64, 64, 3), dtype=np.uint8)


@dataclass(frozen=True)
class QuestionSources:
    """What questions can be made of, besides the catalogue.

    Parameters
    ----------
    text_reader : TextReader, optional
        Reads the search terms of the events; without it they are not used.
    street_photos : mapping of str to sequence of Garment
        What the network saw on photos of an item that are not the catalogue's own.
    """

    text_reader: TextReader | None = None
    street_photos: Mapping[str, Sequence[Garment]] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelledQueries:
    """Queries asked at one cut and what was bought after it.

    Parameters
    ----------
    queries : tuple of EncodedQuery
    relevant : csr_matrix
        Shape ``(n_queries, n_items)`` float32, 1 where the item was bought; no empty row.
    users : ndarray
        Code of the shopper, shape ``(n_queries,)`` int32.
    kinds : ndarray
        `HOME`, `PHOTO` or `PHRASE`, shape ``(n_queries,)`` str.
    """

    queries: tuple[EncodedQuery, ...]
    relevant: sparse.csr_matrix
    users: NDArray[np.int32]
    kinds: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.queries)


def labelled_queries(
    snapshot: Snapshot,
    events: pd.DataFrame,
    cut: Cut,
    sources: QuestionSources | None = None,
    *,
    max_users: int = 1000,
    max_questions: int = MAX_QUESTIONS_A_SHOPPER,
    seed: int = 0,
) -> LabelledQueries:
    """Ask for what each shopper bought in the window of a cut, with and without a hint.

    Each shopper gives one home page, for everything bought, and up to
    `max_questions` questions for one item each: the search that led to it, or
    another photo of it. Where there is neither, a phrase is made from the item's own
    attributes, or a photo from its embedding and that of an item that looks like it.

    Parameters
    ----------
    snapshot : Snapshot
        Taken at ``cut.as_of``.
    events : DataFrame
        Columns of ``modiste.data.dataset.EVENTS_SCHEMA``.
    cut : Cut
    sources : QuestionSources, optional
    max_users : int
        Shoppers drawn, at most.
    max_questions : int
        Questions with a photo or phrase a shopper, at most; 0 asks for home pages only.
    seed : int

    Returns
    -------
    LabelledQueries
        Without what the shopper could not have been shown; maybe empty.
    """
    generator = np.random.default_rng(seed)
    times = pd.to_datetime(events[columns.EVENT_TIME], utc=True)
    window = events[(times >= cut.as_of) & (times < cut.until)]
    catalogue = snapshot.catalogue
    bought = History.from_events(window, catalogue.item_ids, cut.until)
    maker = _Maker(catalogue, snapshot.history, sources or QuestionSources(), generator)
    terms = _search_terms(window)

    queries: list[EncodedQuery] = []
    answers: list[NDArray[np.int32]] = []
    users: list[int] = []
    kinds: list[str] = []
    chosen = generator.permutation(bought.n_users)[:max_users]
    for user in np.sort(chosen):
        user_id = bought.user_ids.ids[user]
        shopper = EncodedQuery.of_user(
            snapshot.history, _known(snapshot.history.user_ids.index(user_id))
        )
        row = bought.row(user)
        items = bought.item_index[row][bought.n_purchases[row] > 0]
        items = items[snapshot.allowed([shopper])[0, items]]
        if not items.size:
            continue
        queries.append(shopper)
        answers.append(items)
        kinds.append(HOME)
        asked = generator.permutation(items)[:max_questions]
        for item in asked.tolist():
            term = terms.get((user_id, catalogue.item_ids.ids[item]))
            query, kind = maker.question(shopper, item, user_id, term)
            queries.append(query)
            answers.append(np.array([item], dtype=np.int32))
            kinds.append(kind)
        users.extend([int(user)] * (1 + len(asked)))
    indptr = np.concatenate([[0], np.cumsum([len(items) for items in answers])])
    indices = np.concatenate(answers) if answers else np.empty(0, dtype=np.int32)
    return LabelledQueries(
        queries=tuple(queries),
        relevant=sparse.csr_matrix(
            (np.ones(len(indices), dtype=np.float32), indices, indptr.astype(np.int64)),
            shape=(len(queries), catalogue.n_items),
        ),
        users=np.array(users, dtype=np.int32),
        kinds=np.array(kinds, dtype=np.str_),
    )


class _SeenBefore:
    """Gives the garment that the network saw earlier, so that no photo is read twice."""

    garment: Garment

    def detect(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box | None] | None = None,  # noqa: ARG002
    ) -> list[Garment]:
        return [self.garment] * len(images)


class _Maker:
    """Makes one question for one item."""

    def __init__(
        self,
        catalogue: Catalogue,
        history: History,
        sources: QuestionSources,
        generator: np.random.Generator,
    ) -> None:
        self._catalogue = catalogue
        self._photo_reader = _SeenBefore()
        self._encoder = QueryEncoder(
            catalogue, history, photo_reader=self._photo_reader, text_reader=sources.text_reader
        )
        self._sources = sources
        self._generator = generator

    def question(
        self, shopper: EncodedQuery, item: int, user_id: str, term: str | None
    ) -> tuple[EncodedQuery, str]:
        if term is not None and self._sources.text_reader is not None:
            query = self._encoder.encode([Query(text=term, user_id=user_id)])[0]
            if query.has_content:
                return query, PHRASE
        photos = self._sources.street_photos.get(self._catalogue.item_ids.ids[item], ())
        if photos:
            self._photo_reader.garment = photos[int(self._generator.integers(len(photos)))]
            return self._encoder.encode([Query(image=_ANY_PHOTO, user_id=user_id)])[0], PHOTO
        if self._catalogue.has_embedding[item] and self._generator.random() < 0.5:
            return self._blurred_photo(shopper, item), PHOTO
        return self._own_words(shopper, item), PHRASE

    def _own_words(self, shopper: EncodedQuery, item: int) -> EncodedQuery:
        """Ask for a few of the item's attributes, and mostly for its category."""
        itself = EncodedQuery.of_item(self._catalogue, item)
        attributes = np.zeros(self._catalogue.n_attributes, dtype=np.float32)
        row = self._catalogue.attributes[[item]]
        n_words = min(int(self._generator.integers(1, _MAX_WORDS + 1)), len(row.indices))
        if n_words:
            named = self._generator.choice(row.indices, size=n_words, replace=False)
            attributes[named] = 1.0
        says_category = not n_words or self._generator.random() < 0.8
        categories = itself.categories if says_category else None
        return replace(shopper, attributes=attributes, categories=categories)

    def _blurred_photo(self, shopper: EncodedQuery, item: int) -> EncodedQuery:
        """Ask with a mixture of the item's look and that of one of its look-alikes.

        Its own embedding alone would make the right answer always the nearest, and teach
        the ranker a trust in photos that no real photo earns.
        """
        embeddings = self._catalogue.embeddings
        own = np.asarray(embeddings[item], dtype=np.float32)
        alike = np.asarray(embeddings @ own, dtype=np.float32)
        alike[item] = -np.inf
        near = np.argpartition(-alike, min(_N_NEIGHBOURS, len(alike) - 1))[:_N_NEIGHBOURS]
        other = np.asarray(embeddings[self._generator.choice(near)], dtype=np.float32)
        share = self._generator.uniform(0.3, 0.7)
        mixed = share * own + (1 - share) * other
        itself = EncodedQuery.of_item(self._catalogue, item, shopper)
        kept = self._generator.random(self._catalogue.n_attributes) < 0.7
        return replace(
            itself,
            embedding=(mixed / max(float(np.linalg.norm(mixed)), 1e-9)).astype(np.float32),
            attributes=None if itself.attributes is None else itself.attributes * kept,
            item_index=-1,
        )


def _known(user_index: int | None) -> int:
    return -1 if user_index is None else user_index


def _search_terms(window: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the search that came last before each (user_id, item_id) purchase."""
    names = window[columns.EVENT_NAME]
    kept = [columns.USER_ID, columns.EVENT_TIME]
    has_term = (names == columns.SEARCH) & window[columns.SEARCH_TERM].notna()
    searches = window.loc[has_term, [*kept, columns.SEARCH_TERM]]
    purchases = window.loc[names == columns.PURCHASE, [*kept, columns.ITEM_ID]]
    if searches.empty or purchases.empty:
        return {}
    joined = pd.merge_asof(
        purchases.sort_values(columns.EVENT_TIME, kind="stable"),
        searches.sort_values(columns.EVENT_TIME, kind="stable"),
        on=columns.EVENT_TIME,
        by=columns.USER_ID,
        tolerance=pd.Timedelta(days=SEARCH_LEADS_DAYS),
    ).dropna(subset=[columns.SEARCH_TERM])
    terms = joined[columns.SEARCH_TERM].str
    # The reader refuses what no shopper types; such searches lead to no question.
    readable = (terms.strip() != "") & (terms.len() <= MAX_CHARACTERS)
    joined = joined[readable & (terms.split().str.len() <= MAX_WORDS // 2)]
    pairs = zip(joined[columns.USER_ID], joined[columns.ITEM_ID], strict=True)
    return dict(zip(pairs, joined[columns.SEARCH_TERM], strict=True))
