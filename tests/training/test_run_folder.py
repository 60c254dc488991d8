import json
from dataclasses import replace

import numpy as np
import pytest
from painted_photos import painted_photos

from modiste.attribute_model.config import NetworkConfig
from modiste.training.checkpoint import Checkpoint
from modiste.training.fit_options import FitOptions
from modiste.training.run_folder import RunFolder, RunFolderError, curves_of
from modiste.training.run_settings import data_fingerprint, differences, run_settings

SETTINGS = {"options": {"epochs": 3, "learning_rate": 0.1}, "data": "abc"}


class Weights:
    def __init__(self, *arrays):
        self.arrays = [np.asarray(array, dtype=np.float32) for array in arrays]

    def get_weights(self):
        return self.arrays


def state(epochs):
    rows = [{"epoch": n + 1, "loss": 1.0 / (n + 1), "score": None} for n in range(epochs)]
    return Checkpoint(1, rows, [np.zeros(2)], [np.zeros(1)], [np.zeros(2)])


def test_a_new_folder_says_what_it_was_begun_with(tmp_path):
    run = RunFolder(tmp_path / "run", SETTINGS)
    assert run.checkpoint() is None
    described = json.loads((run.path / "config.json").read_text())
    assert described["settings"] == SETTINGS
    assert set(described["versions"]) == {"modiste", "keras", "tensorflow", "numpy"}


def test_other_settings_are_refused_and_named(tmp_path):
    RunFolder(tmp_path / "run", SETTINGS)
    RunFolder(tmp_path / "run", SETTINGS)
    other = {"options": {"epochs": 4, "learning_rate": 0.1, "ema": None}, "data": "xyz"}
    with pytest.raises(RunFolderError) as refused:
        RunFolder(tmp_path / "run", other)
    said = str(refused.value)
    assert 'data: "abc" before, "xyz" now' in said
    assert "options.epochs: 3 before, 4 now" in said
    assert "options.ema: not there before, null now" in said
    assert "learning_rate" not in said


def test_folders_of_something_else_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="new or empty folder"):
        RunFolder(tmp_path, SETTINGS)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(RunFolderError, match="must be written by modiste"):
        RunFolder(tmp_path, SETTINGS)
    (tmp_path / "config.json").write_text('{"schema_version": 99, "settings": {}}')
    with pytest.raises(RunFolderError, match="Received: 99"):
        RunFolder(tmp_path, SETTINGS)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_the_log_follows_the_state_and_leftovers_go(tmp_path):
    run = RunFolder(tmp_path / "run", SETTINGS)
    run.write_log(state(2), 3)
    assert len((run.path / "log.jsonl").read_text().splitlines()) == 2
    run.write_log(state(1), 3)
    (line,) = (run.path / "log.jsonl").read_text().splitlines()
    assert json.loads(line) == {"epoch": 1, "loss": 1.0, "score": None}
    (run.path / "checkpoint").mkdir()
    (run.path / "checkpoint" / ".latest.npz.0123").write_bytes(b"half")
    RunFolder(tmp_path / "run", SETTINGS)
    assert list((run.path / "checkpoint").iterdir()) == []


def test_a_run_killed_while_it_began_can_begin_again(tmp_path):
    path = tmp_path / "run"
    path.mkdir()
    (path / ".config.json.0123").write_text("half")
    run = RunFolder(path, SETTINGS)
    assert [one.name for one in path.iterdir()] == ["config.json"]
    for name in (".log.jsonl.0123", ".curves.png.0123", ".mine"):
        (path / name).write_text("half")
    assert RunFolder(path, SETTINGS).checkpoint() is None
    assert sorted(one.name for one in run.path.iterdir()) == [".mine", "config.json"]


def test_curves_have_a_value_for_every_epoch():
    curves = curves_of([{"loss": 1.0, "score": None}, {"loss": 0.5, "score": 0.25}])
    assert curves["loss"] == [1.0, 0.5]
    assert np.isnan(curves["score"][0])
    assert curves["score"][1] == 0.25


def test_settings_follow_photos_weights_and_options_but_no_test_photo(tmp_path):
    dataset = painted_photos(tmp_path / "shop", n_items=20)
    config, options, network = NetworkConfig(), FitOptions(), Weights([1, 2])

    def settings(**changes):
        given = {"config": config, "options": options, "network": network, **changes}
        return run_settings(given["config"], given["options"], dataset, given["network"])

    before = settings()
    assert json.loads(json.dumps(before)) == before
    for changes, name in (
        ({"config": replace(config, image_size=96)}, "network.image_size"),
        ({"options": replace(options, seed=1)}, "options.seed"),
        ({"network": Weights([1, 3])}, "initial_weights"),
        ({"network": Weights([[1, 2]])}, "initial_weights"),
    ):
        (line,) = differences(before, settings(**changes))
        assert line.startswith(f"{name}: ")
    splits = dataset.photos.split
    for split, changes in (("test", False), ("val", True)):
        path = dataset.image_path(dataset.photos.image[splits == split].iloc[0])
        path.write_bytes(path.read_bytes() + b"\0")
        assert (data_fingerprint(dataset) != before["data"]) == changes
