"""How many phrases and photos a second the service answers, beside the obvious Flask app.

``make bench NAME=service`` generates a shop (`service_release`) of 100,000 items and asks
`modiste serve`, one process with its own settings and the int8 network, and `obvious_app`, one
process under gunicorn with one sync worker; wrk on loopback asks (Debian's package ``wrk``).

One at a time, each is asked over 1, 2, 4, ... connections, each of which waits for its answer,
until the 99th percentile reaches 100 ms; its rate is the best below that. A server whose every
step is past it gets its rate over one connection all the same, which is in its favour. All
take turns in each round, and ratios are taken within a round; the median of the rounds is
told, with the least and the most. Beside it: memory after all that, and the time from starting
the process to the first photo's answer, files in the page cache.

The peer keeps the attributes of the items as a dense array; once more, it keeps them sparse.
modiste also ranks by the shopper's taste and gives reasons, which the peer does not.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import psutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from modiste.attribute_model.config import NetworkConfig
from modiste.cli import terminal
from modiste.training.report import Table

from generated_shop import EMBEDDING_SIZE, generated_photo
from harness import Figure, figure, print_figures
from service_release import PHRASES, SHOPPERS_FILE
from timing import spread
from wrk_steps import LIMIT_MS, Step, best_step, step_over

TARGETS = {"phrases": 10.0, "photos": 6.0}
_START_SECONDS = 300.0
_HERE = Path(__file__).parent


class Served:
    """A server in a process of its own, on a free port.

    Parameters
    ----------
    command : callable
        Returns the command line for a port.
    environment : mapping
        Beside this process's own.
    log : Path
    """

    def __init__(
        self, command: Callable[[int], Sequence[str]], environment: Mapping[str, str], log: Path
    ) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603
                command(self.port), env={**os.environ, **environment}, stdout=out, stderr=out
            )

    def first_answer(self, request: bytes) -> float:
        """Return the seconds until it answers a request, asked again and again."""
        begun = time.perf_counter()
        while time.perf_counter() - begun < _START_SECONDS:
            if self._process.poll() is not None:
                break
            if self._answers(request):
                return time.perf_counter() - begun
            time.sleep(0.02)
        raise RuntimeError(f"It does not answer; it said:\n{self._log.read_text()[-2000:]}")

    def _answers(self, request: bytes) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 60) as connection:
                connection.sendall(request)
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    @property
    def memory_mb(self) -> float:
        """Resident memory of the process and those that it started."""
        whole = [psutil.Process(self._process.pid)]
        whole += whole[0].children(recursive=True)
        return sum(float(one.memory_info().rss) for one in whole) / 1e6

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate, start, ask and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="Not needed; taken as other benchmarks do.")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="Of each step.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", type=Path, help="Keep the generated shop here between runs.")
    parser.add_argument(
        "--quick", action="store_true", help="A small network: figures mean nothing."
    )
    given = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        sys.stderr.write("This benchmark asks with wrk; install it: apt-get install wrk\n")
        return 2
    config = NetworkConfig("ResNet50", None, 224, embedding_size=EMBEDDING_SIZE)
    if given.quick:
        config = NetworkConfig("MobileNet", None, 32, alpha=0.25, embedding_size=EMBEDDING_SIZE)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        shop = given.kept or Path(folder) / "shop"
        if not shop.exists():
            made = [config.to_json(), given.items, given.users, given.seed]
            command = [sys.executable, _HERE / "service_release.py", shop, *map(str, made)]
            subprocess.run(command, check=True)  # noqa: S603
        print(f"A shop of {given.items:,} items made in {time.perf_counter() - begun:.0f} s.")
        figures = _measured(shop, Path(folder), given.rounds, given.seconds, given.seed)
    print(f"Took {time.perf_counter() - begun:.0f} s.")
    print_figures("service", figures)
    return 0 if given.quick or all(found.met is not False for found in figures) else 1


def _modiste(shop: Path, log: Path) -> Served:
    def command(port: int) -> list[str]:
        code = "from modiste.cli import main; main()"
        options = ["--port", str(port), "--precision", "int8"]
        return [sys.executable, "-c", code, "serve", str(shop / "releases"), *options]

    return Served(command, {"PYTHONPATH": str(_HERE.parent)}, log)


def _peer(shop: Path, log: Path, attributes: str = "dense") -> Served:
    def command(port: int) -> list[str]:
        options = ["--workers", "1", "--worker-class", "sync", "--timeout", "300"]
        options += ["--bind", f"127.0.0.1:{port}", "--chdir", str(_HERE)]
        return [sys.executable, "-m", "gunicorn", *options, "obvious_app:app"]

    settings = {"SHOP": str(shop / "peer"), "ATTRIBUTES": attributes}
    return Served(command, {"PYTHONPATH": str(_HERE.parent), **settings}, log)


def _requests(shop: Path, out: Path, seed: int) -> dict[str, list[Path]]:
    """Write whole requests into files, as wrk sends them."""
    shoppers = json.loads((shop / SHOPPERS_FILE).read_text())
    rng = np.random.default_rng(seed)
    found: dict[str, list[Path]] = {"phrases": [], "photos": []}
    for nth in range(40):
        asked = {"text": PHRASES[nth % len(PHRASES)], "user_id": shoppers[nth % len(shoppers)]}
        found["phrases"].append(out / f"phrase-{nth}")
        found["phrases"][-1].write_bytes(_post("application/json", json.dumps(asked).encode()))
    for nth in range(8):
        part = 'b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n--b'
        text = "--" + part.format("user_id", shoppers[nth % len(shoppers)])
        head = 'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        body = f"{text}\r\n{head}".encode() + generated_photo(rng) + b"\r\n--b--\r\n"
        found["photos"].append(out / f"photo-{nth}")
        found["photos"][-1].write_bytes(_post("multipart/form-data; boundary=b", body))
    return found


def _post(kind: str, body: bytes) -> bytes:
    head = f"POST /v1/recommendations HTTP/1.1\r\nHost: shop\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _measured(shop: Path, out: Path, rounds: int, seconds: float, seed: int) -> list[Figure]:
    requests = _requests(shop, out, seed)
    photo = requests["photos"][0].read_bytes()
    starts: dict[str, Callable[[], Served]] = {
        "modiste": lambda: _modiste(shop, out / "modiste.log"),
        "obvious": lambda: _peer(shop, out / "obvious.log"),
        "obvious, sparse": lambda: _peer(shop, out / "sparse.log", "sparse"),
    }
    for path in shop.rglob("*"):  # so that it is in the page cache
        if path.is_file():
            path.read_bytes()
    servers: dict[str, Served] = {}
    cold: dict[str, float] = {}
    try:
        for name, start in starts.items():
            servers[name] = start()
            cold[name] = servers[name].first_answer(photo)
        found = _rounds(servers, requests, rounds, seconds)
        memory = {name: server.memory_mb for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.stop()
    return _told(found, cold, memory)


def _rounds(
    servers: Mapping[str, Served],
    requests: Mapping[str, Sequence[Path]],
    rounds: int,
    seconds: float,
) -> dict[tuple[str, str], list[Step]]:
    found: dict[tuple[str, str], list[Step]] = {}
    for _ in range(rounds):
        for kind, files in requests.items():
            for name, server in servers.items():
                # Photos do not read the attributes of the items.
                if kind == "photos" and name == "obvious, sparse":
                    continue
                ask = functools.partial(step_over, server.port, files, seconds)
                step_over(server.port, files, 1, 1)  # what the last one left behind
                best = best_step(ask)
                found.setdefault((kind, name), []).append(best)
    return found


def _told(
    found: Mapping[tuple[str, str], list[Step]],
    cold: Mapping[str, float],
    memory: Mapping[str, float],
) -> list[Figure]:
    rows, figures = [], []
    for (kind, name), steps in found.items():
        ratios = [
            own.rate / one.rate for own, one in zip(found[kind, "modiste"], steps, strict=True)
        ]
        over = sum(not one.holds for one in steps)
        rows.append(
            (
                f"{kind}: {name}",
                spread([one.rate for one in steps]),
                ", ".join(str(one.connections) for one in steps),
                spread([one.p99_ms for one in steps]),
                f"{over} of {len(steps)}",
                "" if name == "modiste" else spread(ratios),
            )
        )
        if name != "modiste":
            figures.append(
                figure(
                    f"{kind} a second: modiste / {name}",
                    statistics.median(ratios),
                    interval=(min(ratios), max(ratios)),
                    at_least=TARGETS[kind] if name == "obvious" else None,
                )
            )
        else:
            figures.append(figure(f"{kind} a second", statistics.median(o.rate for o in steps)))
    header = (
        "",
        "a second",
        "connections",
        "99 % ms",
        f"past {LIMIT_MS:.0f} ms",
        "modiste is times",
    )
    beside = [(name, f"{cold[name]:.2f}", f"{memory[name]:.0f}") for name in cold]
    terminal.print_tables(
        [
            Table("Best rate of each round", header, tuple(rows)),
            Table("Beside it", ("", "first photo after, s", "memory, MB"), tuple(beside)),
        ]
    )
    for name in cold:
        figures.append(figure(f"{name}: seconds to the first photo", cold[name]))
        figures.append(figure(f"{name}: memory, MB", memory[name]))
    return figures


if __name__ == "__main__":
    sys.exit(main())
