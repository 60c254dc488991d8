import signal
import subprocess
import sys

import numpy as np
import pytest

from modiste.training.checkpoint import Checkpoint, CheckpointError, assign, replaced


class Variable:
    def __init__(self, value):
        self.value = np.asarray(value)

    @property
    def shape(self):
        return self.value.shape

    def assign(self, value):
        self.value = value


def checkpoint(epoch=1):
    return Checkpoint(
        best_epoch=1,
        history=[{"epoch": n + 1, "loss": 1.5, "score": None} for n in range(epoch)],
        model=[np.arange(6, dtype=np.float32).reshape(2, 3), np.array([7, epoch], np.uint32)],
        optimizer=[np.array(epoch, dtype=np.int64)],
        best=[np.full((2, 3), 0.1, dtype=np.float32)],
    )


def test_what_is_written_is_read_bit_for_bit(tmp_path):
    path = tmp_path / "latest.npz"
    checkpoint().write(path)
    checkpoint(epoch=2).write(path)
    found, expected = Checkpoint.read(path), checkpoint(epoch=2)
    assert found.epochs_done == 2
    assert found.history == expected.history
    for part in ("model", "optimizer", "best"):
        pairs = zip(getattr(found, part), getattr(expected, part), strict=True)
        for ours, theirs in pairs:
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
    assert [file.name for file in tmp_path.iterdir()] == ["latest.npz"]


def test_a_process_killed_while_it_writes_leaves_the_state_before(tmp_path):
    path = tmp_path / "latest.npz"
    checkpoint().write(path)
    before = path.read_bytes()
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from modiste.training.checkpoint import replaced\n"
        "with replaced(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); print('written', flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "written\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2
    assert Checkpoint.read(path).epochs_done == 1


def test_an_error_while_writing_leaves_nothing_new(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail():
        with replaced(path) as file:
            file.write(b"new")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"PK" * 9])
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "latest.npz"
    checkpoint().write(path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CheckpointError, match="must be a checkpoint as modiste writes it"):
        Checkpoint.read(path)


def test_values_of_another_network_are_refused_and_none_is_assigned():
    variables = [Variable(np.zeros(2)), Variable(np.zeros((2, 3)))]
    with pytest.raises(CheckpointError, match=r"number 1 of shape \(2, 3\).*of shape \(3, 2\)"):
        assign(variables, [np.ones(2), np.ones((3, 2))])
    with pytest.raises(CheckpointError, match="Received: 1 variables"):
        assign(variables, [np.ones(2)])
    assert variables[0].value.tolist() == [0, 0]
    assign(variables, [np.ones(2), np.ones((2, 3))])
    assert variables[1].value.sum() == 6
