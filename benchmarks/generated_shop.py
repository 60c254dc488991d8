"""A shop of any size, generated: styles with their own look, attributes and followers."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from scipy import sparse

from modiste.data import columns
from modiste.data.dataset import ITEMS_SCHEMA
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.recommender.catalogue import Catalogue

EMBEDDING_SIZE = 512
LAST_DAY = datetime(2026, 6, 30, tzinfo=UTC)
DAYS = 720
EVENTS_A_SHOPPER = 20
_LATENT = 48  # dimensions that the styles' looks differ in
_STYLES_A_SHOPPER = 4
_ATTRIBUTES_A_STYLE = 14
_N_BRANDS = 400
_COLOURS = ("black", "white", "navy", "red", "green", "beige", "grey", "pink", "brown", "blue")
_CHUNK = 50_000


def n_styles(n_items: int) -> int:
    """Return the number of styles of a shop: some forty items each."""
    return max(n_items // 40, 10)


def generated_catalogue(n_items: int, seed: int) -> Catalogue:
    """Return a catalogue with embeddings of length 1 and some ten attributes an item."""
    rng = np.random.default_rng(seed)
    vocabulary = deepfashion_vocabulary()
    styles = rng.integers(n_styles(n_items), size=n_items)
    categories = rng.integers(len(vocabulary.categories), size=n_styles(n_items))[styles]
    words = np.array(vocabulary.categories, dtype=object)[categories]
    codes = np.arange(n_items)
    items = pd.DataFrame(
        {
            columns.ITEM_ID: [f"i{n:07d}" for n in codes],
            columns.ITEM_GROUP_ID: [f"g{n // 2:07d}" for n in codes],
            columns.TITLE: [f"{word} no. {n}" for n, word in enumerate(words)],
            columns.DESCRIPTION: None,
            columns.CATEGORY: words,
            columns.BRAND: [f"brand {n}" for n in rng.integers(_N_BRANDS, size=n_items)],
            columns.COLOR: np.array(_COLOURS, dtype=object)[
                rng.integers(len(_COLOURS), size=n_items)
            ],
            columns.PRICE: np.round(np.exp(rng.normal(3.5, 0.6, n_items)), 2),
            columns.AVAILABILITY: np.where(
                rng.random(n_items) < 0.95, columns.IN_STOCK, "out_of_stock"
            ),
            columns.AVAILABLE_FROM: pd.Timestamp(LAST_DAY)
            - pd.to_timedelta(rng.integers(0, DAYS, n_items), unit="D"),
        }
    )
    for name in ITEMS_SCHEMA.names:
        if name not in items:
            items[name] = pd.Series([None] * n_items, dtype=object)
    return Catalogue.from_items(
        items,
        vocabulary,
        embeddings=generated_embeddings(styles, seed),
        attributes=_attributes(styles, vocabulary, rng),
    )


def generated_embeddings(styles: NDArray[np.int64], seed: int) -> NDArray[np.float16]:
    """Return one embedding of length 1 for each item of a style, ``(n, 512)`` float16."""
    rng = np.random.default_rng(seed + 1)
    basis = rng.normal(size=(_LATENT, EMBEDDING_SIZE)).astype(np.float32)
    centres = rng.normal(size=(int(styles.max()) + 1, _LATENT)).astype(np.float32)
    found = np.empty((len(styles), EMBEDDING_SIZE), dtype=np.float16)
    for start in range(0, len(styles), _CHUNK):
        part = slice(start, start + _CHUNK)
        latent = centres[styles[part]]
        latent = latent + 0.6 * rng.normal(size=latent.shape).astype(np.float32)
        full = latent @ basis
        full += rng.normal(size=full.shape).astype(np.float32)
        found[part] = full / np.linalg.norm(full, axis=1, keepdims=True)
    return found


def _attributes(
    styles: NDArray[np.int64], vocabulary: Vocabulary, rng: np.random.Generator
) -> sparse.csr_matrix:
    n_attributes = len(vocabulary.attributes)
    # A few attributes are everywhere, most are rare: 1 over their rank.
    chance = 1.0 / np.arange(1, n_attributes + 1)
    of_style = rng.choice(
        n_attributes, size=(int(styles.max()) + 1, _ATTRIBUTES_A_STYLE), p=chance / chance.sum()
    )
    rows = np.repeat(np.arange(len(styles)), _ATTRIBUTES_A_STYLE)
    names = of_style[styles].ravel()
    kept = rng.random(len(rows)) < 0.75
    scores = rng.uniform(0.4, 1.0, len(rows)).astype(np.float32)
    matrix = sparse.coo_matrix(
        (scores[kept], (rows[kept], names[kept])), shape=(len(styles), n_attributes)
    ).tocsr()
    matrix.data = np.minimum(matrix.data, 1.0)  # one drawn twice was added up
    return matrix


def generated_events(catalogue: Catalogue, n_users: int, seed: int) -> pd.DataFrame:
    """Return the events of shoppers who each follow a few attributes' worth of items."""
    rng = np.random.default_rng(seed + 2)
    n_items, n_events = catalogue.n_items, n_users * EVENTS_A_SHOPPER
    users = np.repeat(np.arange(n_users), EVENTS_A_SHOPPER)
    # Neighbours in a list ordered by look stand for a style; some items sell far more.
    order = np.lexsort((rng.random(n_items), catalogue.categories))
    starts = rng.integers(n_items, size=(n_users, _STYLES_A_SHOPPER))
    liked = starts[users, rng.integers(_STYLES_A_SHOPPER, size=n_events)]
    near = np.minimum(rng.pareto(1.2, n_events) * 3, n_items - 1).astype(np.int64)
    chosen = order[(liked + near) % n_items]
    names = rng.choice(
        [columns.VIEW_ITEM, columns.ADD_TO_CART, columns.PURCHASE],
        size=n_events,
        p=[0.6, 0.15, 0.25],
    )
    ids = np.array(catalogue.item_ids.ids, dtype=object)
    seconds = rng.integers(0, 120 * 86_400, n_events)
    return pd.DataFrame(
        {
            columns.USER_ID: np.array([f"u{n:07d}" for n in range(n_users)], dtype=object)[users],
            columns.ITEM_ID: ids[chosen],
            columns.EVENT_NAME: names.astype(object),
            columns.EVENT_TIME: pd.Timestamp(LAST_DAY) - pd.to_timedelta(seconds, unit="s"),
            columns.QUANTITY: pd.array(np.ones(n_events, dtype=np.int64), dtype="Int64"),
            columns.SEARCH_TERM: None,
        }
    )


def generated_photo(rng: np.random.Generator) -> bytes:
    """Return a JPEG of 600 x 800 with detail at every scale, as a photo has."""
    pixels = np.zeros((800, 600, 3))
    for scale in (4, 20, 100):
        small = rng.uniform(0, 255, (800 // scale, 600 // scale, 3)).astype(np.uint8)
        pixels += np.asarray(Image.fromarray(small).resize((600, 800)), dtype=np.float64) / 3
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()
