"""The parts of a recommender put together, and changed while the one before answers."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Self

from modiste.attribute_model.portable import PortableNetwork
from modiste.recommender.arrangement import Arranger
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.completion import Completer
from modiste.recommender.encoder import QueryEncoder
from modiste.recommender.features import ItemFeatures
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.manifest import Manifest
from modiste.recommender.pool import PoolSource
from modiste.recommender.ranker import Ranker
from modiste.recommender.readers import PhotoReader, PortableReader, TextReader
from modiste.recommender.reasons import Explainer
from modiste.recommender.release_parts import check_same_items
from modiste.recommender.repeat import Repeat
from modiste.recommender.rules import Rules
from modiste.recommender.sources import candidate_sources
from modiste.recommender.visual import Visual


class Assembly:
    """What `Recommender` answers from: the parts of a release and what is made of them.

    Takes what `Recommender` takes.
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

    def with_items(self, catalogue: Catalogue, visual: Visual) -> Self:
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

    def with_stock(self, catalogue: Catalogue) -> Self:
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

    @property
    def rules(self) -> Rules:
        """The shop's own rules."""
        return self.arranger.rules

    @property
    def reads_photos(self) -> bool:
        """Whether a query may have a photo."""
        return self.encoder.photo_reader is not None

    @property
    def portable_network(self) -> PortableNetwork | None:
        """The network for a runtime elsewhere, such as a browser; None without one."""
        reader = self.encoder.photo_reader
        return reader.portable if isinstance(reader, PortableReader) else None

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
