"""The benchmark of ranking runs whole on a small shop; its figures mean nothing there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.network
def test_small_shop() -> None:
    arguments = ["--quick", "--items", "800", "--users", "300", "--sizes", "500", "--rounds", "2"]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "benchmarks/ranking.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    figures = {each["name"]: each for each in found["figures"]}
    assert found["benchmark"] == "ranking"
    assert all(each["value"] > 0 for each in figures.values())
    assert figures["recall@200, 1% of the items pass"]["value"] == 1.0
    assert "memory: embeddings, float16" in done.stdout
