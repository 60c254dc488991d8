"""Files made to break a decoder: refused, soon, with the memory given back, and no crash."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from tests.reliability.clients import Client, upload
from tests.reliability.hostile_files import archives, bombs, other_formats, photos_to_mutate
from tests.reliability.made_photos import mutated, photo
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service

_MOST_MS = 200.0
_MOST_MB = 64.0
_PATHS = ("/v1/recommendations", "/v1/detect")
_WARMING = 40


@dataclass
class Seen:
    """What came back for one kind of file.

    Parameters
    ----------
    statuses : Counter
    cpu_ms, wall_ms : list of float
        Processor time of the service's process (in its clock's ticks of 10 ms), and time until
        the answer.
    wrong : list of str
        Files that were answered as they should not be.
    slowest : str
        The file that took the most processor time.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    slowest: str = ""

    def figures(self) -> dict[str, object]:
        """Return them as JSON values."""
        return {
            "files": sum(self.statuses.values()),
            "answers": {str(status): n for status, n in sorted(self.statuses.items())},
            "cpu_ms_max": round(max(self.cpu_ms), 1),
            "slowest": self.slowest,
            "cpu_ms_mean": round(float(np.mean(self.cpu_ms)), 2),
            "wall_ms_p99": round(float(np.percentile(self.wall_ms, 99)), 1),
            "wrong": self.wrong[:5],
        }


def hostile_photos(run: Run) -> Outcome:
    """Send every file to both endpoints that take photos, one after another."""
    made = run.releases("hostile-photos")
    source = random.Random(run.seed)
    with Service(made.folder, log=run.folder / "hostile-photos.log") as service:
        client = Client(service.port)
        for nth in range(_WARMING):
            kind = ("JPEG", "PNG", "WEBP")[nth % 3]
            client.ask(upload(photo(nth, kind, (640, 480)), _PATHS[nth % 2]))
        process = service.process
        _forget_peak(process.pid)
        before = service.rss_mb
        kinds: dict[str, Seen] = {}
        for name, files in (
            ("bombs", bombs()),
            ("archives", archives()),
            ("others", other_formats()),
        ):
            kinds[name] = _send(client, process, files.items(), {400, 413, 415, 422})
        allowed = {200, 400, 413, 415, 422}
        kinds["mutated"] = _send(
            client, process, _mutants(run.scale.mutated_photos, source), allowed
        )
        peak, after = _peak_mb(process.pid), service.rss_mb
        again = client.ask(upload(photo(1))).status
        same = service.runs and service.process.pid == process.pid
        client.close()
    figures = {
        **{name: seen.figures() for name, seen in kinds.items()},
        "memory_mb": {"before": round(before, 1), "peak": round(peak, 1), "after": round(after, 1)},
        "peak_growth_mb": round(peak - before, 1),
    }
    return Outcome.of(
        figures,
        in_time={
            "under_200_ms_of_processor_time": all(
                max(seen.cpu_ms) < _MOST_MS for seen in kinds.values()
            )
        },
        all_refused=not any(seen.wrong for seen in kinds.values()),
        at_most_64_mb_up=peak - before <= _MOST_MB,
        no_crash=same and again == 200,
    )


def _send(
    client: Client,
    process: psutil.Process,
    files: Sequence[tuple[str, bytes]] | Iterator[tuple[str, bytes]] | Mapping[str, bytes],
    allowed: set[int],
) -> Seen:
    seen = Seen()
    for nth, (name, content) in enumerate(files):
        begun = process.cpu_times()
        answer = client.ask(upload(content, _PATHS[nth % 2]))
        ended = process.cpu_times()
        seen.statuses[answer.status] += 1
        seen.wall_ms.append(answer.seconds * 1e3)
        seen.cpu_ms.append(1e3 * (ended.user + ended.system - begun.user - begun.system))
        if seen.cpu_ms[-1] == max(seen.cpu_ms):
            seen.slowest = name
        if answer.status not in allowed:
            seen.wrong.append(f"{name}: {answer.status} {answer.content[:100]!r}")
    return seen


def _mutants(n_files: int, source: random.Random) -> Iterator[tuple[str, bytes]]:
    whole = photos_to_mutate()
    for nth in range(n_files):
        name, content = whole[nth % len(whole)]
        yield f"{name} {nth}", mutated(content, source)


def _forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("Linux tells the most memory that a process had. Received: nothing")
