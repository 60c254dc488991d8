"""The same shop as the obvious Flask app: what a competent developer writes in a day.

A photo goes through Keras ``predict`` and scikit-learn's ``NearestNeighbors`` on the embeddings;
the words of a phrase become attributes and a category by gensim's word vectors, and the items'
attributes are searched the same way. Ten products in stock come back. It ranks nobody's taste,
gives no reasons and reads no negations, which all cost modiste time.

    SHOP=folder gunicorn --workers 1 obvious_app:app

``ATTRIBUTES=sparse`` keeps the attributes of the items as SciPy's sparse matrix.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
from flask import Flask, request
from gensim.models import KeyedVectors
from numpy.typing import NDArray
from PIL import Image
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

import modiste.attribute_model.network  # noqa: F401 - the network's own layers
from modiste.data.vocabulary import Vocabulary

K = 10
#: Looked up, so that ten of them are in stock.
N_FOUND = 50
#: A word means a name that is at least so much like it.
MIN_LIKENESS = 0.6

folder = Path(os.environ["SHOP"])
items = pd.read_parquet(folder / "items.parquet")
in_stock = (items["availability"] == "in_stock").to_numpy()
vocabulary = Vocabulary.from_json((folder / "vocabulary.json").read_text())
words = KeyedVectors.load(str(folder / "words.kv"))
network = keras.models.load_model(folder / "network.keras", compile=False)
size = network.inputs[0].shape[1]

looks = NearestNeighbors(n_neighbors=N_FOUND, metric="cosine", algorithm="brute")
looks.fit(np.load(folder / "embeddings.npy"))

category_of_item = pd.get_dummies(
    pd.Categorical(items["category"], categories=vocabulary.categories), dtype=np.float32
)
described = sparse.hstack(
    [sparse.load_npz(folder / "attributes.npz"), sparse.csr_matrix(category_of_item.to_numpy())]
).tocsr()
is_sparse = os.environ.get("ATTRIBUTES") == "sparse"
attributes = NearestNeighbors(n_neighbors=N_FOUND, metric="cosine", algorithm="brute")
attributes.fit(described if is_sparse else described.toarray())

app = Flask(__name__)


def vector_of(text: str) -> NDArray[np.float32] | None:
    """Return the mean vector of the known words of a text, of length 1."""
    known = [words[word] for word in text.lower().split() if word in words]
    if not known:
        return None
    mean = np.mean(known, axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


names = [*vocabulary.attributes, *vocabulary.categories]
none = np.zeros(words.vector_size, dtype=np.float32)
of_names = np.stack([none if (found := vector_of(n)) is None else found for n in names])


@app.get("/healthz")
def health() -> dict[str, str]:
    """Say that it runs."""
    return {"status": "ok"}


@app.post("/v1/recommendations")
def recommend() -> Any:
    """Return ten products for a photo or a phrase."""
    if "photo" in request.files:
        photo = Image.open(request.files["photo"].stream).convert("RGB").resize((size, size))
        seen = network.predict(np.asarray(photo, dtype=np.float32)[None], verbose=0)
        distances, found = looks.kneighbors(seen["embedding"])
    else:
        wanted = np.zeros((1, len(names)), dtype=np.float32)
        for word in request.get_json()["text"].lower().split():
            if word in words:
                alike = of_names @ words.get_vector(word, norm=True)
                wanted[0, alike >= MIN_LIKENESS] = alike[alike >= MIN_LIKENESS]
        if not wanted.any():
            return {"detail": "not understood"}, 422
        distances, found = attributes.kneighbors(sparse.csr_matrix(wanted) if is_sparse else wanted)
    shown = [n for n in range(N_FOUND) if in_stock[found[0, n]]][:K]
    return [
        {
            "item_id": row["item_id"],
            "title": row["title"],
            "price": row["price"],
            "score": 1 - float(distances[0, n]),
        }
        for n, row in zip(shown, items.iloc[found[0, shown]].to_dict("records"), strict=True)
    ]
