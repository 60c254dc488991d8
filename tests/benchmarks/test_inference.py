import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.network


def test_the_benchmark_runs_and_ends_in_one_line_of_figures():
    script = Path(__file__).parents[2] / "benchmarks" / "inference.py"
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(script), "--quick"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["benchmark"] == "inference"
    figures = {figure["name"]: figure for figure in last["figures"]}
    assert {name for name, figure in figures.items() if figure["target"] is not None} == {
        "ONNX Runtime int8 against Keras predict, batch 1",
        "ONNX Runtime int8 against Keras predict, batch 32",
        "cold start, Detector int8 against Keras",
        "memory, Detector int8 against Keras",
    }
    for figure in figures.values():
        assert 0 < figure["low"] <= figure["value"] <= figure["high"]
    assert "avx2" in done.stdout
    assert "random weights" in done.stdout
