"""Every candidate source of one release, by name."""

from __future__ import annotations

from modiste.recommender.attribute import Attribute
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Collaborative, Factors
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemToItem, ItemWeights
from modiste.recommender.new import New
from modiste.recommender.pool import PoolSource
from modiste.recommender.popular import Popular
from modiste.recommender.repeat import Repeat
from modiste.recommender.taste_source import Taste
from modiste.recommender.visual import Visual


def candidate_sources(
    catalogue: Catalogue,
    history: History,
    factors: Factors,
    item_weights: ItemWeights | None = None,
    *,
    visual: Visual | None = None,
    repeat: Repeat | None = None,
) -> dict[str, PoolSource]:
    """Return one source for each of ``modiste.recommender.pool.SOURCES``.

    The same in serving and in training, so that a ranker is fitted on what it will see.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    factors : Factors
    item_weights : ItemWeights, optional
        By default the item-to-item source proposes nothing.
    visual : Visual, optional
        Of this catalogue; building its index takes longest.
    repeat : Repeat, optional
        Of this catalogue and history.
    """
    visual = visual or Visual(catalogue)
    sources: list[PoolSource] = [
        visual,
        Attribute(catalogue),
        Collaborative(factors),
        ItemToItem(item_weights or ItemWeights.nothing(catalogue.n_items)),
        repeat or Repeat(catalogue, history),
        Taste(catalogue, visual),
        Popular(catalogue, history),
        New(catalogue, history),
    ]
    return {source.name: source for source in sources}
