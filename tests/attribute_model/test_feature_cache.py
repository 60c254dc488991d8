import numpy as np
import pytest

from modiste.attribute_model.feature_cache import FeatureCache


class Counted:
    """Rows that hold their key's number and the one after it; counts what it computes."""

    def __init__(self, keys):
        self.keys = keys
        self.n_computed = 0

    def __call__(self, positions):
        for start in range(0, len(positions), 2):
            numbers = np.array([float(self.keys[i]) for i in positions[start : start + 2]])
            self.n_computed += len(numbers)
            yield [numbers[:, None].astype(np.float16), (numbers[:, None, None] + 1)]


def rows_of(folder, keys, **options):
    compute = Counted(keys)
    return FeatureCache(folder, **options).rows(keys, compute), compute.n_computed


def test_rows_come_back_in_the_order_asked_for(tmp_path):
    rows, n_computed = rows_of(tmp_path, ["5", "3", "9", "3"], shard_size=2)
    first, second = rows.gather(np.array([2, 0, 3]))
    assert n_computed == 3
    assert len(rows) == 4
    assert first.tolist() == [[9.0], [5.0], [3.0]]
    assert second.ravel().tolist() == [10.0, 6.0, 4.0]
    assert first.dtype == np.float16


def test_only_new_rows_are_computed(tmp_path):
    rows_of(tmp_path, ["1", "2", "3"])
    rows, n_computed = rows_of(tmp_path, ["3", "4", "1"])
    assert n_computed == 1
    assert rows.gather(np.arange(3))[0].ravel().tolist() == [3.0, 4.0, 1.0]


def test_an_interrupted_run_leaves_no_half_shard(tmp_path):
    def broken(positions):
        yield [np.zeros((1, 2), dtype=np.float16)]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FeatureCache(tmp_path).rows(["1", "2"], broken)
    assert list(tmp_path.iterdir()) == []
    rows, n_computed = rows_of(tmp_path, ["1", "2"])
    assert n_computed == 2
    assert len(rows) == 2


def test_what_another_run_left_unfinished_is_not_read(tmp_path):
    rows_of(tmp_path, ["1"])
    (shard,) = tmp_path.iterdir()
    shard.rename(tmp_path / ".unfinished-0")
    _, n_computed = rows_of(tmp_path, ["1"])
    assert n_computed == 1


def test_too_few_rows_are_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"one row for each key, 2\. Received: 1"):
        FeatureCache(tmp_path).rows(["1", "2"], lambda positions: iter([[np.zeros((1, 1))]]))
