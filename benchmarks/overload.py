"""How long accepted searches take when five times as many are sent as can be answered.

A real server in a process of its own, over a stand-in for the recommender that takes a fixed
time, so that the doors are measured and not the network. Three ways: no bound (waitress as it
comes), a bound on waitress's queue alone, and places with a line of their own before it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
from flask import Flask

from modiste.api import ApiConfig
from modiste.api.contract.operations import documented
from modiste.api.doors.entrance import register_doors
from modiste.api.doors.settings import DoorSettings
from modiste.api.live.live import Live
from modiste.api.recommendations import SEARCH
from modiste.api.server import Server

N_THREADS = 4
WORK_SECONDS = 0.08
REQUEST = (
    b"POST /v1/recommendations HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: 20000\r\n\r\n" + b" " * 20_000
)
NEVER = 1_000_000
#: Threads, waitress's queue, the line before the places.
WAYS = {
    "no bound": (N_THREADS, NEVER, 0),
    "bounded queue": (N_THREADS, 32, 0),
    "places": (N_THREADS + 32 + 8, 64, 32),
}


@dataclass
class Seen:
    """What came back: seconds of those accepted, of those refused, and failures."""

    accepted: list[float]
    refused: list[float]
    n_failed: int = 0

    def line(self) -> dict[str, float | None]:
        """Return the figures of one way."""
        return {
            "accepted": len(self.accepted),
            "refused": len(self.refused),
            "failed": self.n_failed,
            "accepted_p50_s": _quantile(self.accepted, 0.5),
            "accepted_p99_s": _quantile(self.accepted, 0.99),
            "accepted_max_s": _quantile(self.accepted, 1),
            "refused_p50_s": _quantile(self.refused, 0.5),
            "refused_p99_s": _quantile(self.refused, 0.99),
        }


def serve(way: str, ready: Connection) -> None:
    """Serve the stand-in until killed."""
    n_threads, n_queued, n_waiting = WAYS[way]
    app = Flask("overload")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    settings = DoorSettings(computing=N_THREADS, waiting=n_waiting)
    register_doors(app, settings, Live(lambda: None, ApiConfig()))  # type: ignore[arg-type,return-value]

    @app.post("/v1/recommendations", endpoint="recommendations.search")
    @documented(SEARCH)
    def search() -> dict[str, str]:
        time.sleep(WORK_SECONDS)
        return {"answer": "found"}

    server = Server(app, port=0, threads=n_threads, max_queued=n_queued)
    ready.send(server.port)
    server.run()


async def ask(port: int, seen: Seen) -> None:
    """Send one request and note what became of it."""
    begun = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST)
        line = await asyncio.wait_for(reader.readline(), 60)
        await reader.read()
        writer.close()
    except (OSError, TimeoutError):
        seen.n_failed += 1
        return
    took = time.perf_counter() - begun
    (seen.accepted if b" 200 " in line else seen.refused).append(took)


async def closed(port: int, n_clients: int, seconds: float) -> float:
    """Return how many requests a second are answered when each client waits for its answer."""
    seen = Seen([], [])
    ends = time.perf_counter() + seconds

    async def client() -> None:
        while time.perf_counter() < ends:
            await ask(port, seen)

    await asyncio.gather(*(client() for _ in range(n_clients)))
    return len(seen.accepted) / seconds


async def offered(port: int, per_second: float, seconds: float) -> Seen:
    """Send requests at a rate, whether or not the earlier ones are answered."""
    seen = Seen([], [])
    begun = time.perf_counter()
    tasks = []
    for nth in range(int(per_second * seconds)):
        await asyncio.sleep(max(0.0, begun + nth / per_second - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(port, seen)))
    await asyncio.gather(*tasks)
    return seen


def measure(way: str, capacity: float, seconds: float) -> tuple[float, dict[str, float | None]]:
    """Start a server, find its capacity if it is not given, and offer five times as much."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(way, theirs))
    process.start()
    try:
        port = ours.recv()
        asyncio.run(closed(port, N_THREADS, 1))
        capacity = capacity or asyncio.run(closed(port, N_THREADS, 5))
        return capacity, asyncio.run(offered(port, 5 * capacity, seconds)).line()
    finally:
        process.kill()
        process.join()


def _quantile(values: list[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 4) if values else None


def main() -> None:
    """Run every way; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--data", help="not read; every benchmark takes it")
    options = parser.parse_args()
    found: dict[str, object] = {}
    capacity = 0.0
    for way in WAYS:
        capacity, line = measure(way, capacity, options.seconds)
        found[way] = line
        print(f"{way:14s} {line}", flush=True)
    print(json.dumps({"capacity_per_second": round(capacity, 1), **found}))


if __name__ == "__main__":
    main()
