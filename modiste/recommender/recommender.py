"""The recommender: a query in, ten products with their reasons out."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box, Garment
from modiste.recommender.agreement import is_weak_match
from modiste.recommender.answer import Ranked, write_answers
from modiste.recommender.arrangement import Arranger
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.completion import Completer
from modiste.recommender.eligibility import Limits, allowed_items
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.encoder import QueryEncoder
from modiste.recommender.features import ItemFeatures, feature_table
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.manifest import Manifest
from modiste.recommender.pool import PoolSource, propose, with_rows
from modiste.recommender.query import Image, Query
from modiste.recommender.ranker import Ranker
from modiste.recommender.readers import PhotoReader, TextReader
from modiste.recommender.reasons import Explainer
from modiste.recommender.recommendation import Recommendations
from modiste.recommender.release_parts import check_same_items, read_release
from modiste.recommender.repeat import Repeat
from modiste.recommender.rules import Rules
from modiste.recommender.selection import backfill_rows
from modiste.recommender.sources import candidate_sources
from modiste.recommender.visual import Visual

#: Items that each source proposes for a query, at least.
N_CANDIDATES: Final = 200
#: Scores of a source held at once, as queries times items: 64 MiB of float32.
_MAX_CELLS: Final = 1 << 24


class Recommender:
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

    def __init__(
        self,
        catalogue: Catalogue,
        history: History,
        factors: Factors,
        ranker: Ranker,
        *,
        item_weights: ItemWeights | None = None,
        photo_reader: PhotoReader | None = None,
        text_reader: TextReader | None = None,
        manifest: Manifest | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.ranker = ranker
        self.manifest = manifest
        self._readers = (photo_reader, text_reader)
        item_weights = item_weights or ItemWeights.nothing(catalogue.n_items)
        check_same_items(catalogue, history, factors, item_weights)
        self._assemble(catalogue, history, factors, item_weights, rules or Rules())

    def _assemble(
        self,
        catalogue: Catalogue,
        history: History,
        factors: Factors,
        item_weights: ItemWeights,
        rules: Rules,
        *,
        visual: Visual | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.history = history
        self.factors = factors
        self.item_weights = item_weights
        self.visual = visual or Visual(catalogue)
        self.encoder = QueryEncoder(catalogue, history, *self._readers)
        self._repeat = Repeat(catalogue, history)
        self.sources: Mapping[str, PoolSource] = candidate_sources(
            catalogue, history, factors, item_weights, visual=self.visual, repeat=self._repeat
        )
        self.item_features = ItemFeatures.of(catalogue, history)
        self.explainer = Explainer(catalogue, history, factors, item_weights)
        self.arranger = Arranger(catalogue, history, rules)
        self._completer: Completer | None = None
        self._completing = threading.Lock()

    def with_items(self, catalogue: Catalogue, visual: Visual) -> Recommender:
        """Return a recommender of a catalogue whose first items are this one's.

        What is learnt stays; of the items added nobody knows anything yet. This one goes on
        answering as it did. See ``modiste.recommender.item_changes.with_changes``.

        Parameters
        ----------
        catalogue : Catalogue
        visual : Visual
            Of that catalogue.
        """
        history, factors, item_weights = self.history, self.factors, self.item_weights
        if catalogue.n_items > self.catalogue.n_items:
            history = history.widened(catalogue.n_items)
            factors = factors.widened(catalogue.n_items)
            item_weights = item_weights.widened(catalogue.n_items)
        changed = copy.copy(self)
        parts = (catalogue, history, factors, item_weights, self.rules)
        changed._assemble(*parts, visual=visual)  # noqa: SLF001 - a copy of this one
        if self._completer is not None:
            # Now, since no request should wait for it.
            changed._completer = changed._new_completer(self._completer)  # noqa: SLF001
        return changed

    def with_stock(self, catalogue: Catalogue) -> Recommender:
        """Return a recommender of what `Catalogue.with_stock` gave, in a millisecond or two."""
        changed = copy.copy(self)
        changed.catalogue = catalogue
        changed.encoder = replace(self.encoder, catalogue=catalogue)
        changed.item_features = self.item_features.with_prices(catalogue)
        changed.explainer = self.explainer.with_catalogue(catalogue)
        changed._completing = threading.Lock()  # noqa: SLF001 - a copy of this one
        if self._completer is not None:
            changed._completer = self._completer.with_catalogue(catalogue)  # noqa: SLF001
        return changed

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

    @property
    def rules(self) -> Rules:
        """The shop's own rules."""
        return self.arranger.rules

    @property
    def reads_photos(self) -> bool:
        """Whether a query may have a photo."""
        return self.encoder.photo_reader is not None

    @property
    def reads_phrases(self) -> bool:
        """Whether a query may have a phrase."""
        return self.encoder.text_reader is not None

    def warm(self) -> None:
        """Make what the first queries need, so that none of them waits for it.

        A server calls ``modiste.recommender.threads.one_blas_thread`` too.
        """
        if self.encoder.text_reader is not None:
            self.encoder.text_reader.warm()
        _ = self.completer

    @property
    def completer(self) -> Completer:
        """What completes looks, counted from the history when first asked for."""
        with self._completing:
            if self._completer is None:
                self._completer = self._new_completer()
            return self._completer

    def _new_completer(self, before: Completer | None = None) -> Completer:
        purchases = self.explainer.purchases
        return Completer(self.catalogue, self.history, self.sources, purchases, before=before)

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
            self.catalogue, k, filters=filters, exclude=exclude, never=arranger.excluded
        )
        queries = self.encoder.encode(
            [Query(item_id=item_id, user_id=user_id, recent=tuple(recent), bought=tuple(bought))]
        )
        allowed = allowed_items(limits.base, queries, rebought=self._repeat.rebought)[0]
        allowed[arranger.excluded_for(user_id)] = False
        return self.completer.complete(queries[0], allowed, limits, arranger)

    def detect(self, image: Image, *, box: Box | None = None) -> Garment:
        """Return what the network sees in a photo, without looking for products.

        Parameters
        ----------
        image : bytes, path or ndarray
            As in `Query`.
        box : tuple of float, optional
            Of the garment meant; by default the network's own.

        Raises
        ------
        ValueError
            If the image or the box is not as `Query` wants it.
        InvalidImageError
            If the photo cannot be used.
        ReleaseError
            If the release has no network.
        """
        query = Query(image=image, box=box)
        if query.image is None:
            raise ValueError("image must be a photo. Received: None")
        return self.encoder.garments([query.image], [query.box])[0]

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
