import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.network


def test_the_benchmark_runs_and_ends_in_one_line_of_figures(tmp_path):
    script = Path(__file__).parents[2] / "benchmarks" / "training.py"
    arguments = ["--quick", "--backbone", "MobileNet", "--out", str(tmp_path)]
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in (0, 1), done.stderr  # so few photos may miss a target
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["benchmark"] == "training"
    figures = {figure["name"]: figure for figure in last["figures"]}
    assert figures["times faster than plain Keras, 3 view(s)"]["value"] > 0
    assert abs(figures["category top-1 less plain Keras's, 3 view(s)"]["value"]) <= 1
    assert 0.1 < figures["peak memory in GB"]["value"] < 4
    assert "32 px, 2 epochs, 64 photos" in done.stdout
