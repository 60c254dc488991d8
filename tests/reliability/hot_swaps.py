"""Releases take over from one another under load: no error, no mixture, no memory kept."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from typing import Any

from modiste.recommender.release import publish
from tests.reliability.clients import Answer, Load, every_search, percentile_ms, statuses
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service
from tests.reliability.small_release import Releases

_IDLE_SECONDS = 15.0
_SETTLE_SECONDS = 2.0
#: The first swaps fill the allocators; growth is looked for after them.
_WARMING_SWAPS = 5
_FLAT_MB = 32.0


def hot_swaps(run: Run) -> Outcome:
    """Let two releases take turns, every other time over HTTP."""
    made = run.releases("hot-swaps")
    memory = []
    with Service(made.folder, log=run.folder / "hot-swaps.log") as service:
        with Load(service.port, every_search(), threads=2) as warming:
            time.sleep(2.0)
        with Load(service.port, every_search(), threads=2) as idle:
            time.sleep(_IDLE_SECONDS)
        with Load(service.port, every_search(), threads=2) as swapping:
            for turn in range(run.scale.swaps):
                wanted = made.ids[(turn + 1) % 2]
                if turn % 2:
                    status, body = service.ask("POST", f"/v1/releases/{wanted}/publish", {})
                    if status != 200:
                        raise RuntimeError(f"publishing answered {status}: {body!r}")
                else:
                    publish(made.folder, wanted)
                service.wait_ready(wanted)
                time.sleep(_SETTLE_SECONDS)
                memory.append(service.rss_mb)
        metrics = service.ask("GET", "/metrics")[1].decode()
    answers = [*warming.answers, *idle.answers, *swapping.answers]
    mixed = [problem for one in answers if (problem := mixture(one, made)) is not None]
    settled = memory[min(_WARMING_SWAPS, len(memory) // 2) :]
    half = max(1, len(settled) // 2)
    growth = statistics.median(settled[-half:]) - statistics.median(settled[:half])
    idle_p99, swap_p99 = percentile_ms(idle.answers), percentile_ms(swapping.answers)
    figures = {
        "swaps": run.scale.swaps,
        "answers": statuses(answers),
        "mixed_answers": len(mixed),
        "first_mixed": mixed[:3],
        "idle_p50_ms": percentile_ms(idle.answers, 50),
        "idle_p99_ms": idle_p99,
        "swapping_p50_ms": percentile_ms(swapping.answers, 50),
        "swapping_p99_ms": swap_p99,
        "p99_ratio": round(swap_p99 / idle_p99, 2),
        "load_seconds": _mean_load_seconds(metrics),
        "memory_mb": [round(one) for one in memory],
        "growth_mb": round(growth, 1),
    }
    return Outcome.of(
        figures,
        in_time={"p99_at_most_twice": swap_p99 <= 2 * idle_p99},
        no_errors=set(statuses(answers)) == {"200"},
        nothing_mixed=not mixed,
        every_swap_counted=f"modiste_release_swaps_total {run.scale.swaps}.0" in metrics,
        memory_flat=growth <= _FLAT_MB,
    )


def mixture(answer: Answer, made: Releases) -> str | None:
    """Return what in an answer is not of the release that it names, if anything is."""
    if answer.status != 200:
        return None
    body: Mapping[str, Any] = answer.json
    if "recommendations" not in body:
        return None
    letter = made.letter(body["release_id"])
    for one in body["recommendations"]:
        own = one["item_id"][0] in ("S", letter)
        if not own or not one["item"]["title"].endswith(f" of {letter}"):
            return f"{one['item_id']} ({one['item']['title']}) in an answer of {letter}"
    return None


def _mean_load_seconds(metrics: str) -> float:
    found = {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
        for line in metrics.splitlines()
        if line.startswith("modiste_release_load_seconds_")
    }
    total = found["modiste_release_load_seconds_sum"]
    return round(total / found["modiste_release_load_seconds_count"], 2)
