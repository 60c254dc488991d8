"""A release of a large generated shop, and the same shop as files for a peer to read.

Factors and item-to-item weights are random numbers of the size that a fit leaves, the network
has random weights, and the ranker is fitted on a smaller shop and serves everybody: what is
measured is time, and that does not depend on what the numbers are.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
from scipy import sparse

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from modiste.attribute_model.config import NetworkConfig
from modiste.nlp.fit_word_vectors import WordVectorOptions, fit_word_vectors
from modiste.nlp.word_vectors import WordVectors
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.guard import HYBRID, SEGMENTS, Guard
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.ranker import Ranker
from modiste.recommender.release import publish, write_release
from modiste.training.collaborative import AlsConfig
from modiste.training.ranker import RankerConfig, fit_ranker

from generated_shop import generated_catalogue, generated_events
from inference import write_network

SHOPPERS_FILE = "shoppers.json"
PHRASES = ("striped cotton dress", "red floral maxi", "black denim jacket", "sleeveless lace top")
_N_RANKED = 3_000
_N_FACTORS = 64
_WEIGHTS_AN_ITEM = 50


def write_shop(folder: Path, config: NetworkConfig, n_items: int, n_users: int, seed: int) -> None:
    """Write ``releases``, ``peer`` and the ids of some shoppers into a folder.

    Parameters
    ----------
    folder : Path
    config : NetworkConfig
    n_items, n_users : int
    seed : int
    """
    catalogue = generated_catalogue(n_items, seed)
    events = generated_events(catalogue, n_users, seed)
    history = History.from_events(events, catalogue.item_ids)
    titles = [*catalogue.titles[:10_000], *PHRASES]
    vectors = fit_word_vectors(titles, options=WordVectorOptions(min_count=1), seed=seed)
    ranker = _ranker(min(n_items, _N_RANKED), seed)
    peer = folder / "peer"
    peer.mkdir(parents=True)
    write_network(peer, config, catalogue.vocabulary, seed)
    _write_for_peer(peer, catalogue, vectors)
    rng = np.random.default_rng(seed)

    def write_parts(parts: Path) -> None:
        for part in (catalogue, history, ranker):
            part.save(parts)
        Factors(rng.normal(size=(n_items, _N_FACTORS)).astype(np.float32)).save(parts)
        _item_weights(n_items, rng).save(parts)
        vectors.save(parts / "word_vectors.npz")
        for name in ("network.onnx", "network.int8.onnx", "network.json"):
            os.link(peer / name, parts / name)

    releases = folder / "releases"
    written = write_release(releases, write_parts, config={}, metrics={}, data_fingerprint="none")
    publish(releases, written.name)
    (folder / SHOPPERS_FILE).write_text(json.dumps(history.user_ids.ids[:200]))


def _ranker(n_items: int, seed: int) -> Ranker:
    catalogue = generated_catalogue(n_items, seed)
    fitted = fit_ranker(
        catalogue,
        generated_events(catalogue, n_items, seed),
        als=AlsConfig(iterations=2),
        config=RankerConfig(n_cuts=1, max_users=300, seed=seed),
    )
    guard = Guard(dict.fromkeys(SEGMENTS, HYBRID), note="the whole way is measured")
    return Ranker(fitted.booster, guard, fitted.home_booster)


def _item_weights(n_items: int, rng: np.random.Generator) -> ItemWeights:
    rows = np.repeat(np.arange(n_items), _WEIGHTS_AN_ITEM)
    others = rng.integers(n_items, size=len(rows))
    weights = rng.random(len(rows)).astype(np.float32)
    return ItemWeights(
        sparse.csr_matrix((weights, (rows, others)), shape=(n_items, n_items)), "ease"
    )


def _write_for_peer(folder: Path, catalogue: Catalogue, vectors: WordVectors) -> None:
    from gensim.models import KeyedVectors

    words = KeyedVectors(vectors.vectors.shape[1])
    words.add_vectors(list(vectors.words), vectors.vectors)
    words.save(str(folder / "words.kv"))
    catalogue.items.to_parquet(folder / "items.parquet")
    np.save(folder / "embeddings.npy", np.asarray(catalogue.embeddings, dtype=np.float32))
    sparse.save_npz(folder / "attributes.npz", catalogue.attributes)


def main() -> None:
    """Write it in a process of its own, which gives its memory back when it ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("config", type=NetworkConfig.from_json)
    parser.add_argument("items", type=int)
    parser.add_argument("users", type=int)
    parser.add_argument("seed", type=int)
    given = parser.parse_args()
    write_shop(given.folder, given.config, given.items, given.users, given.seed)


if __name__ == "__main__":
    main()
