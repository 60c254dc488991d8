"""wrk's answers over ever more connections, each of which waits for its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_MS = 100.0
_CONNECTIONS = (1, 2, 4, 8, 16)
_MIN_ANSWERS = 10
_MAX_SECONDS = 20.0
_SCRIPT = Path(__file__).parent / "asked.lua"


@dataclass(frozen=True)
class Step:
    """What wrk saw over a number of connections.

    Parameters
    ----------
    connections : int
    rate : float
        Answers a second.
    p99_ms : float
    n_failed : float
        Refused or lost.
    """

    connections: int
    rate: float
    p99_ms: float
    n_failed: float

    @property
    def holds(self) -> bool:
        """Whether all were answered, and soon enough."""
        return self.p99_ms < LIMIT_MS and not self.n_failed


def step_over(port: int, requests: Sequence[Path], seconds: float, connections: int) -> Step:
    """Ask for some seconds over so many connections.

    Parameters
    ----------
    port : int
    requests : sequence of Path
        Files of whole requests, sent in turn.
    seconds : float
    connections : int
    """
    told = _told_by_wrk(port, requests, seconds, connections)
    while told["n"] < _MIN_ANSWERS and seconds < _MAX_SECONDS:
        # So slow a server needs longer to be told from one half as slow again.
        seconds *= 3
        told = _told_by_wrk(port, requests, seconds, connections)
    n_failed = told["refused"] + told["lost"]
    rate = (told["n"] - told["refused"]) / told["seconds"]
    if not rate:
        raise RuntimeError(f"Nothing was answered in {seconds:.0f} s. Received: {told}")
    return Step(connections, rate, told["p99_ms"], n_failed)


def _told_by_wrk(
    port: int, requests: Sequence[Path], seconds: float, connections: int
) -> dict[str, float]:
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--timeout", "20s"]
    command += ["--duration", f"{max(1, round(seconds))}s", "--script", str(_SCRIPT)]
    command += [f"http://127.0.0.1:{port}/", "--", *map(str, requests)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def best_step(ask: Callable[[int], Step]) -> Step:
    """Ask over ever more connections while that holds, and return the best step that did.

    Where none holds, the first one.
    """
    best = first = ask(_CONNECTIONS[0])
    for connections in _CONNECTIONS[1:]:
        if not best.holds:
            return first
        step = ask(connections)
        if not step.holds or step.rate < 0.9 * best.rate:
            break
        best = max(best, step, key=lambda one: one.rate)
    return best
