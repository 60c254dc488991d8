from pathlib import Path

import pytest

from modiste.training.fit_options import FitOptions


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1. Received: 0"),
        ({"weight_decay": float("nan")}, "must not be negative. Received: nan"),
        ({"label_smoothing": 1.0}, "label_smoothing must be at least 0 and below 1. Received: 1.0"),
        ({"ema": 0.0}, "ema must be above 0 and below 1, or None. Received: 0.0"),
        ({"precision": "float16"}, "precision must be one of float32, mixed_float16"),
        ({"strategy": "tpu"}, "strategy must be one of none, mirrored.*Received: 'tpu'"),
        ({"loss_weights": {"box": 1.0}}, "one number for each of category, box"),
    ],
)
def test_options_out_of_range_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        FitOptions(**values)


def test_the_json_holds_every_option_but_this_machines_places():
    here = FitOptions(cache_dir=Path("/a"), run_dir=Path("/b"), cache_bytes=1, epochs=7)
    elsewhere = FitOptions(epochs=7)
    assert here.to_json() == elsewhere.to_json()
    assert here.to_json()["epochs"] == 7
    assert set(vars(here)) - set(here.to_json()) == {"cache_dir", "cache_bytes", "run_dir"}
