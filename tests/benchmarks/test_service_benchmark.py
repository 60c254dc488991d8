"""How the benchmark of the service chooses a rate; asking needs wrk and minutes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from wrk_steps import Step, best_step

ROOT = Path(__file__).parents[2]


def asked(p99_ms: dict[int, float]) -> Step:
    """Choose among steps that each answer twenty a second a connection."""
    return best_step(lambda n: Step(n, 20.0 * n, p99_ms[n], 0))


@pytest.mark.parametrize(
    ("p99_ms", "connections"),
    [
        ({1: 20, 2: 40, 4: 80, 8: 160}, 4),
        ({1: 20, 2: 120}, 1),
        # Too slow even for one: that is its rate, which is in its favour.
        ({1: 300}, 1),
    ],
)
def test_the_best_rate_is_of_the_last_step_in_time(
    p99_ms: dict[int, float], connections: int
) -> None:
    assert asked(p99_ms).connections == connections


def test_a_step_that_loses_requests_does_not_hold() -> None:
    assert not Step(1, 20.0, 50.0, 1).holds


def test_without_wrk_it_says_how_to_get_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/service.py"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "apt-get install wrk" in done.stderr
