import os

import numpy as np
import pytest
from rows_by_key import LAYOUT, ROW_BYTES, Counted, keys_of, rows_of

from modiste.attribute_model.cache_room import CacheRoom, CacheRoomError
from modiste.attribute_model.feature_cache import FeatureCache


def numbers_kept(folder, numbers):
    """Say which rows are still there, without adding any."""
    kept = {key for file in folder.rglob("keys.npy") for key in np.load(file).tolist()}
    return [n for n, key in zip(numbers, keys_of(numbers).tolist(), strict=True) if key in kept]


def shard_bytes(folder, n_rows):
    rows_of(folder, range(n_rows))
    return sum(file.stat().st_size for file in folder.rglob("*.npy"))


def make_older(folder, seconds):
    for file in folder.rglob("rows.npy"):
        used = file.stat().st_mtime - seconds
        os.utime(file, (used, used))


def test_what_was_used_least_recently_goes_first(tmp_path):
    bound = 3 * shard_bytes(tmp_path / "one", 4)
    cache = tmp_path / "cache"
    for start in (0, 4, 8):
        rows_of(cache, range(start, start + 4), max_bytes=bound)
        make_older(cache, 100)
    rows_of(cache, range(4), max_bytes=bound)  # used again
    rows_of(cache, range(12, 16), max_bytes=bound)
    assert numbers_kept(cache, range(16)) == [0, 1, 2, 3, *range(8, 16)]


def test_what_a_fit_reads_is_not_removed(tmp_path):
    bound = 2 * shard_bytes(tmp_path / "one", 4)
    cache = tmp_path / "cache"
    held, _ = rows_of(cache, range(4), max_bytes=bound)
    make_older(cache, 100)
    rows_of(cache, range(4, 8), max_bytes=bound)
    rows_of(cache, range(8, 12), max_bytes=bound)
    assert numbers_kept(cache, range(12)) == [0, 1, 2, 3, 8, 9, 10, 11]
    assert held.gather(np.array([3]))[0].tolist() == [[3.0]]


def test_caches_under_one_root_share_the_bound(tmp_path):
    bound = 2 * shard_bytes(tmp_path / "one", 4)
    root = tmp_path / "root"
    for name in ("weights-1", "weights-2", "weights-3"):
        make_older(root, 100)
        rows_of(root / name, range(4), max_bytes=bound, root=root)
    assert numbers_kept(root / "weights-1", range(4)) == []
    assert numbers_kept(root / "weights-3", range(4)) == [0, 1, 2, 3]


def test_a_fit_that_needs_too_much_is_refused_before_it_computes(tmp_path):
    compute = Counted(range(1000))
    cache = FeatureCache(tmp_path, max_bytes=1000 * ROW_BYTES - 1)
    with pytest.raises(CacheRoomError, match=r"fewer views.*Received: 0\.0 MB still to be kept"):
        cache.rows(keys_of(range(1000)), compute, LAYOUT)
    assert compute.n_computed == 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_read_counts_towards_the_bound(tmp_path):
    bound = shard_bytes(tmp_path / "one", 4) + 3 * ROW_BYTES
    held, _ = rows_of(tmp_path / "cache", range(4), max_bytes=bound)
    with pytest.raises(CacheRoomError, match="of which shards in use take"):
        rows_of(tmp_path / "cache", range(4, 8), max_bytes=bound)
    assert len(held) == 4


def test_more_than_the_disk_holds_is_refused(tmp_path):
    with pytest.raises(CacheRoomError, match="the disk has room for"):
        CacheRoom(tmp_path / "not" / "there", 10**18).check(10**17)


def test_other_files_are_never_removed(tmp_path):
    bound = 2 * shard_bytes(tmp_path / "one", 4)
    cache = tmp_path / "cache"
    (cache / "notes").mkdir(parents=True)
    (cache / "notes" / "keys.txt").write_text("mine")
    for start in (0, 4, 8):
        rows_of(cache, range(start, start + 4), max_bytes=bound)
    assert (cache / "notes" / "keys.txt").read_text() == "mine"
