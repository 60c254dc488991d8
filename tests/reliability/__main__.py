"""``python -m tests.reliability``: run the threats, print what came of them."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.reliability.run import Outcome, Run
from tests.reliability.scale import CI, SHORT, SOAK
from tests.reliability.threats import THREATS


def main() -> int:
    """Return the exit status: 0 if every threat was withstood."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--soak", action="store_true", help="the long form, an hour or more")
    form.add_argument("--ci", action="store_true", help="a few minutes, every threat all the same")
    parser.add_argument("--only", nargs="+", choices=list(THREATS), help="these threats alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", type=Path, help="keep the small releases here between runs")
    asked = parser.parse_args()
    form_name = "soak" if asked.soak else "ci" if asked.ci else "short"
    scale = {"ci": CI, "short": SHORT, "soak": SOAK}[form_name]
    results: dict[str, object] = {}
    start = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="modiste-reliability-"))
    run = Run(folder, scale, asked.seed, asked.kept)
    all_held = True
    try:
        for name in asked.only or THREATS:
            run.say(name)
            begun = time.monotonic()
            try:
                outcome = THREATS[name](run)
            except Exception as error:  # noqa: BLE001 - the other threats are still to run
                traceback.print_exc()
                outcome = Outcome({}, {"raised": repr(error)})
            seconds = round(time.monotonic() - begun, 1)
            # CI's machine may be anybody's: its times are told and not judged.
            held = outcome.held(times_count=not asked.ci)
            all_held &= held
            results[name] = {"held": held, "seconds": seconds, **outcome.figures}
            if outcome.failures or outcome.late:
                results[name] |= {"failed": outcome.failures, "late": outcome.late}
            run.say(f"{'held' if held else 'FAILED'} in {seconds} s: {results[name]}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    run.write(
        {
            "benchmark": "reliability",
            "form": form_name,
            "seconds": round(time.monotonic() - start, 1),
            "cores": os.cpu_count(),
            "held": all_held,
            "threats": results,
        }
    )
    return 0 if all_held else 1


if __name__ == "__main__":
    sys.exit(main())
