import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_fit import (
    N_STEPS,
    OPTIONS,
    VOCABULARY,
    batches,
    build,
    run_folder,
    small_fit,
)

from modiste.attribute_model.network import compiled
from modiste.errors import ModisteError
from modiste.training.best_epoch import DivergedError
from modiste.training.checkpoint import Checkpoint, CheckpointError
from modiste.training.devices import built_for
from modiste.training.network_epochs import figures, fit_parts, predict
from modiste.training.run_folder import RunFolderError

pytestmark = [
    pytest.mark.network,
    # TensorFlow's variables do not follow NumPy 2's protocol yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def traces():
    """Return a list with one entry for each time that the step of `whole` was traced."""
    return []


@pytest.fixture(scope="module")
def whole(tmp_path_factory, traces):
    """Return a fit that nothing interrupts, with its folder and what it told."""
    path, told = tmp_path_factory.mktemp("whole") / "run", []
    step = keras.Model.train_step
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Model, "train_step", lambda *given: traces.append(1) or step(*given))
        model, best = small_fit(path, progress=lambda *said: told.append(said))
    return path, model, best, told


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Return the folder of the same fit, killed in the middle of its third epoch."""
    path = tmp_path_factory.mktemp("killed") / "run"
    program = [sys.executable, str(HERE / "small_fit.py"), str(path)]
    with subprocess.Popen(  # noqa: S603 - our own program
        program, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "stopped\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    return path


def rows(path):
    lines = (path / "log.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


def test_a_killed_fit_resumes_to_the_same_result_bit_for_bit(whole, killed):
    assert len(rows(killed)) == 2
    done = []
    model, best = small_fit(killed, progress=lambda n, _, what: done.append((what[:5], n)))
    assert done[0] == ("steps", 2 * N_STEPS + 1)
    path, expected, uninterrupted, _ = whole
    for ours, theirs in zip(model.variables, expected.variables, strict=True):
        np.testing.assert_array_equal(np.array(ours), np.array(theirs))
    assert best.curves == uninterrupted.curves
    assert best.best_epoch == uninterrupted.best_epoch
    assert rows(killed) == rows(path)
    ours, theirs = (Checkpoint.read(p / "checkpoint" / "latest.npz") for p in (killed, path))
    for part in ("model", "optimizer", "best"):
        pairs = zip(getattr(ours, part), getattr(theirs, part), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)


def test_the_best_epochs_weights_are_left_in_the_network(whole):
    _, model, best, _ = whole
    val = batches(None)
    found = figures(predict(compiled(model), val), val.labels, VOCABULARY)
    assert best.curves["score"][best.best_epoch - 1] == max(best.curves["score"])
    assert found["box_iou"] == pytest.approx(best.curves["box_iou"][best.best_epoch - 1])
    assert best.curves["loss"][-1] < 0.8 * best.curves["loss"][0]


def test_steps_and_epochs_are_told(whole):
    told = whole[3]
    steps = [(done, total) for done, total, what in told if what.startswith("steps")]
    assert steps == [(n, 4 * N_STEPS) for n in range(1, 4 * N_STEPS + 1)]
    epochs = [(done, total) for done, total, what in told if what.startswith("epochs")]
    assert epochs == [(n, 4) for n in (1, 2, 3, 4)]
    assert told[0][2].startswith("steps of all epochs: loss ")


def test_the_folder_holds_log_curves_and_events(whole):
    path, _, best, _ = whole
    assert [row["loss"] for row in rows(path)] == best.curves["loss"]
    assert (path / "curves.png").read_bytes().startswith(b"\x89PNG")
    points = {}
    for file in (path / "tensorboard").iterdir():
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                points[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
    assert {step for _, step in points} == {1, 2, 3, 4}
    assert points["loss", 3] == pytest.approx(best.curves["loss"][2])
    assert points["category_top_1", 4] == pytest.approx(best.curves["category_top_1"][3])


def test_a_finished_run_is_taken_up_as_it_is(whole):
    path, expected, uninterrupted, _ = whole
    told = []
    model, best = small_fit(path, progress=lambda *said: told.append(said))
    assert told == []
    assert best.best_epoch == uninterrupted.best_epoch
    for ours, theirs in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_another_fits_folder_is_refused(whole):
    with pytest.raises(RunFolderError, match=r"options.learning_rate: 0.02 before, 0.5 now"):
        small_fit(whole[0], replace(OPTIONS, learning_rate=0.5))
    parts = build(drops=False)
    run = run_folder(whole[0], build())
    with pytest.raises(CheckpointError, match="Received: "):
        fit_parts(parts, batches(3), batches(None), VOCABULARY, OPTIONS, run=run)


def test_averaged_weights_are_kept_while_the_others_are_fitted_on(whole):
    path, model, best, _ = whole
    state = Checkpoint.read(path / "checkpoint" / "latest.npz")
    fitted, kept = state.model[0], model.get_layer("hidden").kernel.numpy()
    assert fitted.shape == kept.shape
    assert not np.allclose(fitted, kept)
    np.testing.assert_array_equal(state.best[0], kept)
    if best.best_epoch == OPTIONS.epochs:
        averages = [a for a in state.optimizer if a.shape == kept.shape]
        assert any(np.array_equal(average, kept) for average in averages)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_computes_in_16_bits_and_keeps_32(precision):
    model, best = small_fit(None, replace(OPTIONS, precision=precision, ema=None, epochs=3))
    assert model.get_layer("hidden").compute_dtype == precision.removeprefix("mixed_")
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) == (
        precision == "mixed_float16"
    )
    assert best.curves["loss"][-1] < best.curves["loss"][0]
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.usefixtures("whole")
def test_the_graph_of_a_step_is_traced_once(traces):
    assert len(traces) == 1


def test_label_smoothing_reaches_the_loss(whole):
    _, sharp = small_fit(None, replace(OPTIONS, label_smoothing=0.0))
    assert sharp.curves["category_loss"][-1] < whole[2].curves["category_loss"][-1]


def test_a_fit_that_diverges_says_so():
    parts, train = build(), batches(3)
    train.views.values[:] = np.nan
    # Whether the loss shows it depends on what the processor's rectifier makes of NaN.
    with pytest.raises(DivergedError, match=r"lower learning_rate.* [1-9]\d* weights .* epoch 1"):
        fit_parts(parts, train, batches(None), VOCABULARY, OPTIONS)
    assert issubclass(DivergedError, ModisteError)


def test_mirrored_devices_fit_what_one_device_does():
    program = (
        "import json, tensorflow as tf\n"
        "cpu = tf.config.list_physical_devices('CPU')[0]\n"
        "two = [tf.config.LogicalDeviceConfiguration()] * 2\n"
        "tf.config.set_logical_device_configuration(cpu, two)\n"
        "from dataclasses import replace\n"
        "from small_fit import OPTIONS, small_fit\n"
        # The embedding's loss compares the photos of one device, so it alone differs.
        "weights = {**OPTIONS.loss_weights, 'embedding': 0.0}\n"
        "options = replace(OPTIONS, epochs=2, loss_weights=weights)\n"
        "for name in ('none', 'mirrored'):\n"
        "    model, best = small_fit(None, replace(options, strategy=name), drops=False)\n"
        "    n = model.distribute_strategy.num_replicas_in_sync\n"
        "    print(json.dumps([n, best.curves['loss'], best.curves['score']]))\n"
    )
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE,
        env=environment,
    )
    one, two = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))
    assert (one[0], two[0]) == (1, 2)
    assert two[1] == pytest.approx(one[1], abs=1e-4)
    assert two[2] == pytest.approx(one[2], abs=1e-4)


def test_unknown_devices_and_precisions_are_refused():
    with (
        pytest.raises(ValueError, match="strategy must be one of none, mirrored"),
        built_for(strategy="tpu"),
    ):
        pass
    with pytest.raises(ValueError, match="precision must be one of float32"), built_for("int8"):
        pass
