import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rows_by_key
from rows_by_key import LAYOUT, Counted, keys_of, rows_of, values

from modiste.attribute_model.feature_cache import FeatureCache


def shards_of(folder):
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def interrupted_run(folder, n_rows, n_most):
    """Start a run of its own that waits, a shard half written."""
    program = [sys.executable, rows_by_key.__file__, str(folder), str(n_rows), str(n_most)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout.readline() == "waiting\n"
    return process


def killed(process):
    process.kill()
    process.wait()
    process.stdout.close()


def test_rows_come_back_in_the_order_asked_for(tmp_path):
    rows, n_computed = rows_of(tmp_path, [5, 3, 9, 3], shard_size=2)
    first, second = rows.gather(np.array([2, 0, 3]))
    assert n_computed == 3
    assert len(rows) == 4
    assert first.tolist() == [[9.0], [5.0], [3.0]]
    assert second.ravel().tolist() == [10.0, 6.0, 4.0]
    assert first.dtype == np.float16


def test_only_new_rows_are_computed(tmp_path):
    rows_of(tmp_path, [1, 2, 3])
    rows, n_computed = rows_of(tmp_path, [3, 4, 1])
    assert n_computed == 1
    assert values(rows) == [3.0, 4.0, 1.0]


def test_rows_are_computed_in_the_order_of_their_keys(tmp_path):
    asked = []

    def compute(positions):
        asked.extend(positions.tolist())
        yield from Counted(range(20))(positions)

    FeatureCache(tmp_path, shard_size=6).rows(keys_of(range(20)), compute, LAYOUT)
    assert asked == list(range(20))


def test_nothing_asked_for_is_nothing(tmp_path):
    rows_of(tmp_path, [1])
    rows, n_computed = rows_of(tmp_path, [])
    assert (len(rows), n_computed) == (0, 0)


def test_rows_read_again_after_their_memory_was_given_back(tmp_path, monkeypatch):
    monkeypatch.setattr("modiste.attribute_model.feature_cache._HELD_BYTES", 0)
    rows, _ = rows_of(tmp_path, [1, 2, 3], shard_size=2)
    assert values(rows) == values(rows) == [1.0, 2.0, 3.0]


def test_an_interrupted_run_leaves_no_half_shard(tmp_path):
    def broken(positions):
        yield [np.zeros((1, 1)), np.zeros((1, 1, 1))]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FeatureCache(tmp_path).rows(keys_of([1, 2]), broken, LAYOUT)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_loses_one_shard_and_the_next_completes_it(tmp_path):
    process = interrupted_run(tmp_path, n_rows=12, n_most=6)
    assert len(list(tmp_path.glob(".unfinished-*"))) == 1
    killed(process)
    rows, n_computed = rows_of(tmp_path, range(12), shard_size=4)
    assert n_computed == 8  # the first shard of four was finished
    assert values(rows) == values(rows_of(tmp_path / "other", range(12))[0])
    assert list(tmp_path.glob(".unfinished-*")) == []


def test_what_a_live_process_is_writing_is_left_alone(tmp_path):
    process = interrupted_run(tmp_path, n_rows=12, n_most=6)
    (unfinished,) = tmp_path.glob(".unfinished-*")
    rows, _ = rows_of(tmp_path, range(12), shard_size=4)
    assert unfinished.is_dir()
    killed(process)
    assert values(rows) == [float(n) for n in range(12)]


@pytest.mark.parametrize("file", ["keys.npy", "rows.npy"])
@pytest.mark.parametrize("damage", ["cut", "emptied", "overwritten", "gone"])
def test_a_damaged_shard_is_computed_again(tmp_path, file, damage):
    rows_of(tmp_path, [1, 2])
    (shard,) = shards_of(tmp_path)
    path = shard / file
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(
            {"cut": content[:-5], "emptied": b"", "overwritten": b"\0" * len(content)}[damage]
        )
    rows, n_computed = rows_of(tmp_path, [1, 2])
    assert n_computed == 2
    assert values(rows) == [1.0, 2.0]
    assert rows_of(tmp_path, [1, 2])[1] == 0


def test_another_layout_is_another_row(tmp_path):
    rows_of(tmp_path, [1])
    rows = FeatureCache(tmp_path).rows(
        keys_of([1]), lambda positions: iter([[np.full((1, 3), 7.0)]]), [((3,), np.float32)]
    )
    assert rows.gather(np.array([0]))[0].tolist() == [[7.0] * 3]


def test_two_processes_may_compute_the_same_rows(tmp_path):
    other = FeatureCache(tmp_path)
    seen = []

    def compute(positions):
        seen.append(values(other.rows(keys_of([1, 2]), Counted([1, 2]), LAYOUT)))
        yield from Counted([1, 2])(positions)

    rows = FeatureCache(tmp_path).rows(keys_of([1, 2]), compute, LAYOUT)
    assert [values(rows)] == seen
    assert len(shards_of(tmp_path)) == 1


def test_too_few_rows_are_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"one row for each key, 2\. Received: 1"):
        FeatureCache(tmp_path).rows(keys_of([1, 2]), lambda _: Counted([1])(np.array([0])), LAYOUT)
    assert list(Path(tmp_path).iterdir()) == []


def test_keys_that_are_no_digests_are_refused(tmp_path):
    with pytest.raises(ValueError, match="keys must be digests"):
        FeatureCache(tmp_path).rows(np.array([b"1"]), Counted([1]), LAYOUT)
