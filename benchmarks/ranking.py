"""How long ranking takes, at the size of a shop, and what it keeps in memory and on disk.

``make bench NAME=ranking`` generates a shop (`generated_shop`): 100,000 items with embeddings of
512 numbers, 100,000 shoppers with 20 events each; factors, item-to-item weights and trees are
fitted on it. Nothing of it is real, so only times, recall of the index and sizes are told.

Times are ratios to one float32 forward pass of ResNet50 in ONNX Runtime at batch 1, which takes
its turn in every round; the median of the rounds, with the least and the most. Three parts:

1. Rank 500 candidates for one shopper; fold in a basket of 20 items; a phrase and a photo (JPEG
   of 600 x 800, int8 network) from query to ten products with reasons.
2. The visual source's 200 nearest against exact ones, and against scikit-learn's
   ``NearestNeighbors`` (the faster of cosine and euclidean) in the same rounds; a filter that one
   item in a hundred passes.
3. Memory and disk a million items, by part, and how the times of search grow with the items.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.runtime import NETWORK_FILES, Detector
from modiste.cli import terminal
from modiste.nlp.fit_word_vectors import WordVectorOptions, fit_word_vectors
from modiste.nlp.phrase_reader import PhraseReader
from modiste.recommender.agreement import is_weak_match
from modiste.recommender.collaborative import Collaborative, Factors
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.features import ItemFeatures, feature_table
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.pool import Pool, propose
from modiste.recommender.query import Query
from modiste.recommender.recommender import Recommender
from modiste.recommender.threads import one_blas_thread
from modiste.training.collaborative import AlsConfig, fit_collaborative
from modiste.training.item_to_item import fit_item_to_item
from modiste.training.ranker import RankerConfig, fit_ranker
from modiste.training.report import Table

from generated_shop import (
    EMBEDDING_SIZE,
    generated_catalogue,
    generated_events,
    generated_photo,
)
from harness import Figure, print_figures
from inference import write_network
from nearest import growth, search
from timing import Timed, take_turns, told

REFERENCE = "ResNet50, float32, batch 1"
N_RANKED, N_BASKET = 500, 20
#: At most this many times the reference.
TARGETS = {
    f"rank {N_RANKED} candidates": 0.08,
    f"fold in {N_BASKET} items": 0.01,
    "phrase to ten products": 0.2,
    "photo to ten products": 0.75,
}
PHRASES = ("striped cotton dress", "red floral maxi", "black denim jacket", "sleeveless lace top")


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate, measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="Not needed; taken as other benchmarks do.")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--quick", action="store_true", help="A small network and two rounds: figures mean nothing."
    )
    given = parser.parse_args(arguments)
    config = NetworkConfig("ResNet50", None, 224, embedding_size=EMBEDDING_SIZE)
    if given.quick:
        config = NetworkConfig("MobileNet", None, 32, alpha=0.25, embedding_size=EMBEDDING_SIZE)
    start, figures = time.perf_counter(), []
    with tempfile.TemporaryDirectory() as folder:
        shop = _shop(Path(folder), given.items, given.users, config, given.seed)
        figures += _requests(shop, Path(folder), given.rounds, given.seed)
        _sizes_of(shop, Path(folder))
    figures += search(shop.catalogue, given.rounds, given.seed)
    growth(given.sizes, given.seed)
    print(f"Took {time.perf_counter() - start:.0f} s.")
    print_figures("ranking", figures)
    return 0 if given.quick or all(found.met is not False for found in figures) else 1


def _shop(out: Path, n_items: int, n_users: int, config: NetworkConfig, seed: int) -> Recommender:
    """Fit every part of a release but the network on a generated shop."""
    start = time.perf_counter()
    catalogue = generated_catalogue(n_items, seed)
    events = generated_events(catalogue, n_users, seed)
    als = AlsConfig(iterations=5)
    ranker = fit_ranker(
        catalogue, events, als=als, config=RankerConfig(n_cuts=1, max_users=300, seed=seed)
    )
    history = History.from_events(events, catalogue.item_ids)
    vectors = fit_word_vectors(
        [*catalogue.titles[:10_000], *PHRASES], options=WordVectorOptions(min_count=1), seed=seed
    )
    write_network(out, config, catalogue.vocabulary, seed)
    factors, item_weights = fit_collaborative(history, als), fit_item_to_item(history)
    parts = out / "parts"
    parts.mkdir()
    for part in (catalogue, history, factors, item_weights, ranker):
        part.save(parts)
    recommender = Recommender(
        catalogue,
        history,
        factors,
        ranker,
        item_weights=item_weights,
        photo_reader=Detector.load(out, catalogue.vocabulary, precision="int8"),
        text_reader=PhraseReader(vectors, catalogue.vocabulary),
    )
    recommender.warm()
    one_blas_thread()  # as the service does
    served = ", ".join(sorted(set(ranker.guard.served.values())))
    print(
        f"{n_items:,} items, {n_users:,} shoppers, {len(events):,} events, fitted in "
        f"{time.perf_counter() - start:.0f} s; ranked by {served}."
    )
    return recommender


def _requests(shop: Recommender, folder: Path, rounds: int, seed: int) -> list[Figure]:
    rng = np.random.default_rng(seed)
    users = [shop.history.user_ids.ids[n] for n in rng.integers(shop.history.n_users, size=200)]
    baskets = [
        EncodedQuery(
            history=rng.choice(shop.catalogue.n_items, N_BASKET, replace=False).astype(np.int32),
            history_weights=np.ones(N_BASKET, dtype=np.float32),
        )
        for _ in users
    ]
    source = shop.sources["collaborative"]
    assert isinstance(source, Collaborative)
    ranked = _ranked(shop, users[:20], rng)
    photo = generated_photo(rng)
    tasks: dict[str, Timed] = {
        REFERENCE: _reference(folder, rng),
        f"rank {N_RANKED} candidates": lambda n: _rank(shop, *ranked[n % len(ranked)]),
        f"fold in {N_BASKET} items": lambda n: source.user_factors([baskets[n % len(baskets)]]),
        "phrase to ten products": lambda n: shop.recommend(
            Query(text=PHRASES[n % len(PHRASES)], user_id=users[n % len(users)])
        ),
        "photo to ten products": lambda n: shop.recommend(
            Query(image=photo, user_id=users[n % len(users)])
        ),
        "home page": lambda n: shop.recommend(Query(user_id=users[n % len(users)])),
    }
    seconds = take_turns(tasks, rounds)
    return told("Times of one shopper's request", seconds, REFERENCE, TARGETS)


def _ranked(
    shop: Recommender, users: Sequence[str], rng: np.random.Generator
) -> list[tuple[Pool, EncodedQuery]]:
    """Return a pool of exactly `N_RANKED` rows for each shopper, asking with an item's photo."""
    pools = []
    for user in users:
        item = shop.catalogue.item_ids.ids[int(rng.integers(shop.catalogue.n_items))]
        query = shop.encoder.encode([Query(item_id=item, user_id=user)])[0]
        allowed = np.ones((1, shop.catalogue.n_items), dtype=np.bool_)
        pool = propose(shop.sources, [query], N_RANKED, allowed)
        kept = np.sort(rng.permutation(len(pool))[:N_RANKED])
        assert len(kept) == N_RANKED
        part = replace(
            pool,
            query_index=pool.query_index[kept],
            item_index=pool.item_index[kept],
            scores=pool.scores[kept],
            ranks=pool.ranks[kept],
        )
        pools.append((part, query))
    return pools


def _rank(shop: Recommender, pool: Pool, query: EncodedQuery) -> object:
    features = feature_table(pool, [query], shop.catalogue, shop.history, items=_items_of(shop))
    scores = shop.ranker.scores(features)
    return shop.arranger.arrange(pool, scores, is_weak_match(features), 10)


_ITEMS: dict[int, ItemFeatures] = {}


def _items_of(shop: Recommender) -> ItemFeatures:
    """Return what a recommender keeps of its items between requests."""
    if id(shop) not in _ITEMS:
        _ITEMS[id(shop)] = ItemFeatures.of(shop.catalogue, shop.history)
    return _ITEMS[id(shop)]


def _reference(folder: Path, rng: np.random.Generator) -> Timed:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(
        os.fspath(folder / NETWORK_FILES["float32"]), options, providers=["CPUExecutionProvider"]
    )
    size = session.get_inputs()[0].shape[1]
    pixels = rng.uniform(0, 255, (1, size, size, 3)).astype(np.float32)
    return lambda _: session.run(None, {"image": pixels})


def _sizes_of(shop: Recommender, folder: Path) -> None:
    """Print what each part takes in memory and on disk, a million items."""
    parts = folder / "parts"
    per = 1e6 / shop.catalogue.n_items / 2**30
    rows = [
        (f"disk: {file.name}", f"{file.stat().st_size * per:.2f}")
        for file in sorted(parts.iterdir())
    ]
    matrix = shop.catalogue.attribute_profiles
    arrays = {
        "embeddings, float16": shop.catalogue.embeddings.nbytes,
        "index: float16 and one bit a dimension": shop.catalogue.n_items
        * (2 * EMBEDDING_SIZE + EMBEDDING_SIZE // 8 + 8),
        "attributes, profiles and the items that have each": 3
        * (matrix.data.nbytes + matrix.indices.nbytes),
        "factors": Factors.load(parts, shop.catalogue.n_items).item_factors.nbytes,
        "item-to-item weights": 8 * ItemWeights.load(parts, shop.catalogue.n_items).weights.nnz,
        "item features": _items_of(shop).values.nbytes,
        "history": sum(
            getattr(shop.history, name).nbytes for name in ("item_index", "weight", "last_days")
        ),
    }
    rows += [(f"memory: {name}", f"{size * per:.2f}") for name, size in arrays.items()]
    title = "A million items: GiB (history: of as many shoppers as items)"
    terminal.print_tables([Table(title, ("part", "GiB"), tuple(rows))])


if __name__ == "__main__":
    sys.exit(main())
