"""The recommender: a query in, ten products with their reasons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.agreement import is_weak_match
from modiste.recommender.answer import Ranked, write_answers
from modiste.recommender.arrangement import Arranger
from modiste.recommender.eligibility import Limits, allowed_items
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.features import feature_table
from modiste.recommender.pool import propose, with_rows
from modiste.recommender.query import Query
from modiste.recommender.recommendation import Recommendations
from modiste.recommender.release_parts import read_release
from modiste.recommender.rules import Rules
from modiste.recommender.seeing import Seeing
from modiste.recommender.selection import backfill_rows

#: Items that each source proposes for a query, at least.
N_CANDIDATES: Final = 200
#: Scores of a source held at once, as queries times items: 64 MiB of float32.
_MAX_CELLS: Final = 1 << 24


class Recommender(Seeing):
    """Answers queries from one release; nothing is fitted, and threads may share it.

    Read one from disk with `load`.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    factors : Factors
    ranker : Ranker
    item_weights : ItemWeights, optional
        Of the item-to-item source, which without them proposes nothing.
    photo_reader : PhotoReader, optional
        Without one, queries with a photo are refused.
    text_reader : TextReader, optional
        Without one, queries with a phrase are refused.
    manifest : Manifest, optional
        Of the release the parts come from.
    rules : Rules, optional
        The shop's own, for every answer that is not asked for with others.

    Examples
    --------
    >>> recommender = Recommender.load("releases")  # doctest: +SKIP
    >>> recommender.recommend(Query(text="striped dress", user_id="u7"))  # doctest: +SKIP
    """

    @classmethod
    def load(
        cls,
        directory: str | Path,
        *,
        precision: Literal["float32", "int8"] = "float32",
        rules: Rules | None = None,
    ) -> Recommender:
        """Load a release, after checking every file of it.

        Parameters
        ----------
        directory : path
            A releases directory, whose live release is taken, or one release.
        precision : str
            Of the network: ``int8`` answers sooner, ``float32`` is the one evaluated.
        rules : Rules, optional
            The shop's own.

        Raises
        ------
        ReleaseError
            If there is no live release, a file is missing, extra, changed or of another
            version, or the manifest is of another catalogue.
        """
        parts = read_release(directory, precision=precision)
        return cls(
            parts.catalogue,
            parts.history,
            parts.factors,
            parts.ranker,
            item_weights=parts.item_weights,
            photo_reader=parts.photo_reader,
            text_reader=parts.text_reader,
            manifest=parts.manifest,
            rules=rules,
        )

    def recommend(
        self,
        query: Query,
        k: int = 10,
        *,
        filters: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
        filter_viewed: bool = True,
        rules: Rules | None = None,
    ) -> Recommendations:
        """Answer one query with `k` products, or all that may be shown if they are fewer.

        Parameters
        ----------
        query : Query
        k : int
            At least 1 and at most the number of items.
        filters : mapping, optional
            What the products must be; see ``modiste.recommender.filters.filter_masks``.
        exclude : sequence of str
            Item ids not to show.
        filter_viewed : bool
            Leave out what the shopper bought already, unless it is of a kind that shoppers
            buy again, and the item asked about.
        rules : Rules, optional
            In place of the shop's own.

        Returns
        -------
        Recommendations
            Best first; its notes name whatever was ignored or filled in.

        Raises
        ------
        ValueError
            If `k`, a filter or the phrase is not as described.
        UnknownItemError
            If ``query.item_id`` is not in the release.
        InvalidImageError
            If the photo cannot be used.
        ReleaseError
            If the query has a photo or phrase that the release cannot read.
        """
        return self.recommend_batch(
            [query], k, filters=filters, exclude=exclude, filter_viewed=filter_viewed, rules=rules
        )[0]

    def similar(
        self,
        item_id: str,
        k: int = 10,
        *,
        filters: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
    ) -> Recommendations:
        """Return `k` products like one of the catalogue; see `recommend`."""
        return self.recommend(Query(item_id=item_id), k, filters=filters, exclude=exclude)

    def complete(
        self,
        item_id: str,
        k: int = 10,
        *,
        user_id: str | None = None,
        recent: Sequence[str] = (),
        bought: Sequence[str] = (),
        filters: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
        rules: Rules | None = None,
    ) -> Recommendations:
        """Return `k` products of other kinds that go with one: complete the look, or the set.

        What shoppers bought together with it, and what goes with its category, colour and
        attributes by what they buy together; items nobody has bought yet have the latter. No
        category has more than a share of the list while others go with the item too.

        Parameters
        ----------
        item_id : str
        k : int
            At least 1 and at most the number of items.
        user_id : str, optional
            The shopper, whose taste then orders the list too.
        recent, bought : sequence of str
            What they looked at and bought a moment ago, as in `Query`.
        filters, exclude, rules
            As in `recommend`.

        Returns
        -------
        Recommendations
            Best first. Its ``match_score`` is 0.5 for what is bought with the item as often as
            chance would have it, and nearer to 1 the more often. What only fills the list, of
            the item's own kind at last, is named.

        Raises
        ------
        ValueError
            If `k`, a filter or `exclude` is not as described.
        UnknownItemError
            If `item_id` is not in the release.
        """
        arranger = self._arranger(rules)
        limits = Limits.of(
            self.catalogue,
            k,
            filters=filters,
            exclude=exclude,
            never=arranger.excluded,
            new=arranger.is_fresh,
        )
        queries = self.encoder.encode(
            [Query(item_id=item_id, user_id=user_id, recent=tuple(recent), bought=tuple(bought))]
        )
        allowed = allowed_items(limits.base, queries, rebought=self._repeat.rebought)[0]
        allowed[arranger.excluded_for(user_id)] = False
        return self.completer.complete(queries[0], allowed, limits, arranger)

    def recommend_batch(
        self,
        queries: Sequence[Query],
        k: int = 10,
        *,
        filters: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
        filter_viewed: bool = True,
        rules: Rules | None = None,
    ) -> list[Recommendations]:
        """Answer several queries at once, each as `recommend` does."""
        arranger = self._arranger(rules)
        limits = Limits.of(
            self.catalogue,
            k,
            filters=filters,
            exclude=exclude,
            filter_viewed=filter_viewed,
            never=arranger.excluded,
            new=arranger.is_fresh,
        )
        encoded = self.encoder.encode(queries)
        size = max(1, _MAX_CELLS // max(1, self.catalogue.n_items))
        answers: list[Recommendations] = []
        for start in range(0, len(encoded), size):
            part = slice(start, start + size)
            forbidden = [arranger.excluded_for(query.user_id) for query in queries[part]]
            answers += self._answers(encoded[part], forbidden, limits, arranger)
        return answers

    def _arranger(self, rules: Rules | None) -> Arranger:
        if rules is None or rules == self.rules:
            return self.arranger
        return Arranger(self.catalogue, self.history, rules)

    def _answers(
        self,
        queries: Sequence[EncodedQuery],
        forbidden: Sequence[NDArray[np.int32]],
        limits: Limits,
        arranger: Arranger,
    ) -> list[Recommendations]:
        allowed = allowed_items(
            limits.base,
            queries,
            rebought=self._repeat.rebought,
            filter_viewed=limits.filter_viewed,
        )
        for row, items in enumerate(forbidden):
            allowed[row, items] = False
        wanted = allowed & ~arranger.buried if arranger.buried.any() else allowed
        pool = propose(self.sources, queries, max(N_CANDIDATES, limits.k), wanted)
        groups = self.catalogue.groups
        added = arranger.pinned_rows(pool, allowed)
        pool = with_rows(pool, self.sources, queries, *added)
        added = backfill_rows(pool, allowed, groups, arranger.backfill_order, limits.k)
        pool = with_rows(pool, self.sources, queries, *added)
        features = feature_table(
            pool, queries, self.catalogue, self.history, items=self.item_features
        )
        scores = self.ranker.scores(features)
        shown = arranger.arrange(pool, scores, is_weak_match(features), limits.k)
        ranked = Ranked(tuple(queries), pool, features, scores, tuple(shown))
        return write_answers(ranked, limits, arranger, self.catalogue, self.ranker, self.explainer)
