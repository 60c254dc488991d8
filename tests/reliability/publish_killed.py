"""A publish killed at any moment leaves whole releases, and the one that serves."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from modiste.errors import ReleaseError
from modiste.recommender.manifest import Manifest
from modiste.recommender.release import (
    check_release,
    current_release,
    list_releases,
    publish,
    unreadable_releases,
    write_release,
)
from tests.reliability.clients import Load, search, statuses
from tests.reliability.run import Outcome, Run
from tests.reliability.service import ROOT, Service

#: A process that has everything imported forks one that writes and publishes; the same work
#: as `modiste train` does last, without its seconds of imports at each of a hundred kills.
_PUBLISHER = """
import os, sys
from pathlib import Path
from tests.reliability.publish_killed import publish_copy
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        publish_copy(*(Path(part) for part in line.split()))
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
_SPREAD = 1.3


def publish_copy(releases: Path, parts: Path) -> None:
    """Write the parts of a release as a new one and publish it."""

    def write_parts(folder: Path) -> None:
        for path in sorted(parts.iterdir()):
            if path.name != "manifest.json":
                shutil.copyfile(path, folder / path.name)
        # Each release has a name of its own, though two are written in one second.
        (folder / "note.txt").write_text(str(os.getpid()))

    made = write_release(releases, write_parts, config={}, metrics={}, data_fingerprint="c")
    publish(releases, made.name)


def publish_killed(run: Run) -> Outcome:
    """Kill a publish at moments spread over the time that one takes."""
    made = run.releases("publish-killed")
    parts = run.made.folder / run.made.ids[1]
    generator = random.Random(run.seed)
    corrupt: list[str] = []
    n_finished = n_left = 0
    publisher = _Publisher(made.folder, parts)
    live = made.ids[0]
    with Service(made.folder, log=run.folder / "publish-killed.log") as service:
        seconds = publisher.run_to_its_end()
        with Load(service.port, [search(), search(text="red dress")], threads=1) as load:
            for _ in range(run.scale.publish_kills):
                publisher.kill_after(generator.uniform(0, _SPREAD * seconds))
                corrupt += _corrupt(made.folder)
                now = current_release(made.folder).name
                n_finished += now != live
                live = now
                n_left += _clear(made.folder, keep={live, made.ids[0]})
        service.wait_ready(live)
        served = service.ask("POST", "/v1/recommendations", {})[0]
    publisher.end()
    figures = {
        "kills": run.scale.publish_kills,
        "seconds_a_publish": round(seconds, 3),
        "finished_before_the_kill": n_finished,
        "half_written_left": n_left,
        "corrupt_releases": len(corrupt),
        "first_corrupt": corrupt[:3],
        "answers": statuses(load.answers),
    }
    return Outcome.of(
        figures,
        no_corrupt_release=not corrupt,
        killed_in_the_middle=0 < n_finished < run.scale.publish_kills and n_left > 0,
        every_request_answered=bool(load.answers) and set(statuses(load.answers)) == {"200"},
        serves_at_the_end=served == 200,
    )


class _Publisher:
    def __init__(self, releases: Path, parts: Path) -> None:
        self._line = f"{releases} {parts}\n"
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PUBLISHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run_to_its_end(self) -> float:
        """Publish once, unharmed, and return the seconds it took."""
        self._begin()
        start = time.monotonic()
        self._read()
        return time.monotonic() - start

    def kill_after(self, seconds: float) -> None:
        """Begin to publish and kill it."""
        child = self._begin()
        time.sleep(seconds)
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it had ended
        self._read()

    def end(self) -> None:
        """End the process."""
        self._process.communicate()

    def _begin(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(self._line)
        self._process.stdin.flush()
        return int(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The publishing process has ended by itself.")
        return line


def _corrupt(releases: Path) -> list[str]:
    """Return what is wrong with the releases that a server or an operator could take."""
    found = [f"{name}: {why}" for name, why in unreadable_releases(releases).items()]
    for folder in {current_release(releases), *(releases / m.release_id for m in _new(releases))}:
        try:
            check_release(folder)
        except ReleaseError as error:
            found.append(str(error))
    return found


def _new(releases: Path) -> list[Manifest]:
    return [one for one in list_releases(releases) if one.data_fingerprint == "c"]


def _clear(releases: Path, keep: set[str]) -> int:
    """Remove what is no longer needed, so that the disk stays small; count the half-written."""
    left = list(releases.glob(".incoming-*"))
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for manifest in _new(releases):
        if manifest.release_id not in keep:
            shutil.rmtree(releases / manifest.release_id)
    return len(left)
