"""Five times what can be answered: those let in are answered soon, the others are told at once."""

from __future__ import annotations

import asyncio
import resource
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from tests.reliability.clients import Ask, Client, photo_search, search
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service

_TIMES = 5
_ACCEPTED_SECONDS = 2.0
_RECOVERED_SECONDS = 5.0
#: As many as `modiste serve` works on at a time.
_PLACES = 4
_CAPACITY_SECONDS = 5.0
#: Recovered is who answers so many in a row, each no later than this.
_IN_A_ROW, _SOON_SECONDS = 10, 1.0
_GIVEN_UP_SECONDS = 60.0
_MAX_FILES = 20_000


@dataclass
class Seen:
    """What came of the requests.

    Parameters
    ----------
    accepted, refused : list of float
        Seconds until the answer.
    statuses : Counter
        0 is no answer.
    without_retry_after : int
        Of those refused.
    """

    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0


def overload(run: Run) -> Outcome:
    """Find out what can be answered, ask five times as much, and see when it is well again."""
    made = run.releases("overload")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_MAX_FILES, hard), hard))
    asks = [photo_search(nth) if nth % 2 else search(text="red dress") for nth in range(20)]
    with Service(made.folder, log=run.folder / "overload.log") as service:
        port = service.port
        asyncio.run(_closed(port, asks, 2.0))
        capacity = asyncio.run(_closed(port, asks, _CAPACITY_SECONDS))
        offered = _TIMES * capacity
        seen, alive = asyncio.run(_offered(port, asks, offered, run.scale.overload_seconds))
        recovered = _recovered_after(port, asks)
        runs = service.runs
    refusals = {status: n for status, n in seen.statuses.items() if status != 200}
    figures = {
        "capacity_per_second": round(capacity, 1),
        "asked_per_second": round(sum(seen.statuses.values()) / run.scale.overload_seconds, 1),
        "seconds_asking": run.scale.overload_seconds,
        "answers": {str(status): n for status, n in sorted(seen.statuses.items())},
        "accepted_per_second": round(len(seen.accepted) / run.scale.overload_seconds, 1),
        "accepted_p50_s": _quantile(seen.accepted, 0.5),
        "accepted_p99_s": _quantile(seen.accepted, 0.99),
        "accepted_max_s": _quantile(seen.accepted, 1),
        "refused_p50_s": _quantile(seen.refused, 0.5),
        "refused_p99_s": _quantile(seen.refused, 0.99),
        "probes": {str(status): n for status, n in sorted(alive.items())},
        "recovered_after_s": round(recovered, 2),
    }
    return Outcome.of(
        figures,
        in_time={
            "accepted_under_2_s": max(seen.accepted, default=0.0) < _ACCEPTED_SECONDS,
            "recovered_within_5_s": recovered <= _RECOVERED_SECONDS,
        },
        some_accepted=bool(seen.accepted),
        others_503_or_429=bool(refusals) and set(refusals) <= {503, 429},
        told_when_to_come_again=seen.without_retry_after == 0,
        probes_answered=set(alive) == {200},
        it_still_answers=runs,
    )


async def _ask(port: int, ask: Ask) -> tuple[int, bool, float]:
    """Return the status, whether there was a ``Retry-After``, and the seconds."""
    head = (
        f"{ask.method} {ask.path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        f"Content-Type: {ask.kind}\r\nContent-Length: {len(ask.body)}\r\n\r\n"
    ).encode()
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(_GIVEN_UP_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head + ask.body)
            told = await reader.readuntil(b"\r\n\r\n")
            took = time.perf_counter() - begun
            await reader.read()
            writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return 0, False, time.perf_counter() - begun
    return int(told.split(b" ", 2)[1]), b"\r\nRetry-After:" in told, took


async def _closed(port: int, asks: list[Ask], seconds: float) -> float:
    """Return how many a second are answered when each client waits for its answer."""
    n_answered = 0
    ends = time.perf_counter() + seconds

    async def client(nth: int) -> None:
        nonlocal n_answered
        while time.perf_counter() < ends:
            status, _, _ = await _ask(port, asks[nth % len(asks)])
            n_answered += status == 200
            nth += 1

    await asyncio.gather(*(client(nth) for nth in range(_PLACES)))
    return n_answered / seconds


async def _offered(
    port: int, asks: list[Ask], per_second: float, seconds: float
) -> tuple[Seen, Counter[int]]:
    """Ask at a rate, whether or not the earlier ones are answered, and probe beside it."""
    seen, alive = Seen(), Counter[int]()
    begun = time.perf_counter()

    async def one(ask: Ask) -> None:
        status, has_retry, took = await _ask(port, ask)
        seen.statuses[status] += 1
        if status == 200:
            seen.accepted.append(took)
        else:
            seen.refused.append(took)
            seen.without_retry_after += not has_retry

    async def probe() -> None:
        while time.perf_counter() - begun < seconds:
            status, _, _ = await _ask(port, Ask("GET", "/healthz"))
            alive[status] += 1
            await asyncio.sleep(0.5)

    probing = asyncio.create_task(probe())
    tasks = []
    for nth in range(int(per_second * seconds)):
        await asyncio.sleep(max(0.0, begun + nth / per_second - time.perf_counter()))
        tasks.append(asyncio.create_task(one(asks[nth % len(asks)])))
        if time.perf_counter() - begun > seconds:
            break  # this machine sends no more
    await asyncio.gather(probing, *tasks)
    return seen, alive


def _recovered_after(port: int, asks: list[Ask]) -> float:
    """Return the seconds until it answered as it did before."""
    client = Client(port)
    begun, in_a_row = time.perf_counter(), 0
    since = 0.0
    while in_a_row < _IN_A_ROW and time.perf_counter() - begun < _GIVEN_UP_SECONDS:
        asked_at = time.perf_counter() - begun
        answer = client.ask(asks[in_a_row % len(asks)])
        good = answer.status == 200 and answer.seconds < _SOON_SECONDS
        since = since if good and in_a_row else asked_at
        in_a_row = in_a_row + 1 if good else 0
    client.close()
    return since if in_a_row == _IN_A_ROW else _GIVEN_UP_SECONDS


def _quantile(values: list[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 3) if values else None
