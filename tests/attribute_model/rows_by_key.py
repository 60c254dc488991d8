"""Rows that hold their key's number and the one after it, for tests of the cache.

As a program: ``python rows_by_key.py FOLDER N_ROWS N_MOST`` computes rows two to a shard and,
having yielded `N_MOST` of them, waits to be killed.
"""

import hashlib
import sys
import time

import numpy as np

from modiste.attribute_model.feature_cache import FeatureCache

LAYOUT = [((1,), np.float16), ((1, 1), np.float64)]
ROW_BYTES = 10


def keys_of(numbers):
    return np.array([hashlib.sha256(str(n).encode()).digest() for n in numbers], dtype="S32")


class Counted:
    """Computes rows and counts them."""

    def __init__(self, numbers, n_most=None):
        self.numbers = numbers
        self.n_most = n_most
        self.n_computed = 0

    def __call__(self, positions):
        for start in range(0, len(positions), 2):
            numbers = np.array([float(self.numbers[i]) for i in positions[start : start + 2]])
            if self.n_most is not None and self.n_computed + len(numbers) > self.n_most:
                print("waiting", flush=True)  # noqa: T201
                time.sleep(60)
            self.n_computed += len(numbers)
            yield [numbers[:, None].astype(np.float16), (numbers[:, None, None] + 1)]


def rows_of(folder, numbers, **options):
    compute = Counted(numbers)
    rows = FeatureCache(folder, **options).rows(keys_of(numbers), compute, LAYOUT)
    return rows, compute.n_computed


def values(rows):
    return rows.gather(np.arange(len(rows)))[0].ravel().tolist()


if __name__ == "__main__":
    folder, n_rows, n_most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    compute = Counted(range(n_rows), n_most)
    FeatureCache(folder, shard_size=4).rows(keys_of(range(n_rows)), compute, LAYOUT)
