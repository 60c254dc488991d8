"""The four files of a release's catalogue: items, vocabulary, embeddings, attributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

from modiste.data.dataset import ITEMS_SCHEMA
from modiste.data.vocabulary import Vocabulary
from modiste.recommender.patched_rows import PatchedRows

ITEMS_FILE = "items.parquet"
VOCABULARY_FILE = "vocabulary.json"
EMBEDDINGS_FILE = "embeddings.npy"
ATTRIBUTES_FILE = "attributes.npz"

Embeddings = NDArray[np.float32] | NDArray[np.float16] | PatchedRows


def write_catalogue_files(
    folder: Path,
    items: pd.DataFrame,
    vocabulary: Vocabulary,
    embeddings: Embeddings,
    attributes: sparse.csr_matrix,
) -> None:
    """Write the parts of a `Catalogue` into a folder."""
    _write_items(items, folder / ITEMS_FILE)
    (folder / VOCABULARY_FILE).write_text(vocabulary.to_json() + "\n", encoding="utf-8")
    np.save(folder / EMBEDDINGS_FILE, embeddings, allow_pickle=False)
    np.savez(
        folder / ATTRIBUTES_FILE,
        data=attributes.data,
        indices=attributes.indices,
        indptr=attributes.indptr,
        shape=np.array(attributes.shape, dtype=np.int64),
    )


def read_catalogue_files(
    folder: Path,
) -> tuple[pd.DataFrame, Vocabulary, NDArray[np.float32], sparse.csr_matrix]:
    """Read what `write_catalogue_files` wrote; embeddings are memory-mapped."""
    vocabulary = Vocabulary.read(folder / VOCABULARY_FILE)
    items = pq.read_table(folder / ITEMS_FILE).to_pandas()
    embeddings = np.load(folder / EMBEDDINGS_FILE, mmap_mode="r", allow_pickle=False)
    with np.load(folder / ATTRIBUTES_FILE, allow_pickle=False) as parts:
        matrix = sparse.csr_matrix(
            (parts["data"], parts["indices"], parts["indptr"]), shape=tuple(parts["shape"])
        )
    return items, vocabulary, embeddings, matrix


def _write_items(items: pd.DataFrame, path: Path) -> None:
    known: Sequence[pa.Field] = list(ITEMS_SCHEMA)
    table = {
        field.name: pa.array(items[field.name], field.type, from_pandas=True) for field in known
    }
    for name in items.columns:
        if name not in table:
            table[name] = pa.array(items[name], from_pandas=True)
    pq.write_table(pa.table(table), path, compression="zstd")
