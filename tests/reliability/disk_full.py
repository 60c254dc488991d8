"""A disk that fills up while a release is written or published: the old one serves on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from modiste.recommender.release import current_release, list_releases, unreadable_releases
from tests.reliability.run import Outcome, Run
from tests.reliability.service import ROOT, Service

_PUBLISH = """
import resource, signal, sys
from pathlib import Path
from tests.reliability.publish_killed import publish_copy
releases, parts, most = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if most >= 0:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    publish_copy(releases, parts)
except OSError as error:
    print("refused:", error.strerror)
    sys.exit(3)
"""
_NO_LIMIT = -1


def disk_full(run: Run) -> Outcome:
    """Write and publish with less and less room, then with enough."""
    source = run.made
    parts = source.folder / source.ids[1]
    size = sum(path.stat().st_size for path in parts.iterdir())
    refused: list[str] = []
    wrong: list[str] = []
    with _small_disk(run.folder / "disk", 4 * size) as (folder, limited_by):
        releases = folder / "releases"
        shutil.copytree(source.folder, releases)
        with Service(releases, log=run.folder / "disk-full.log") as service:
            for nth in range(run.scale.full_disks):
                # The last point leaves room for the release and not for much else.
                room = size * nth // run.scale.full_disks
                with _filled(folder, room, limited_by) as limit:
                    code, said = _publish(releases, parts, limit)
                    if limited_by == "tmpfs" and not nth:
                        wrong += _publish_over_http(service, source.ids[1])
                (refused if code == 3 else wrong).append(f"{room} bytes free: {said}")
                wrong += _state(releases, service, source.ids[0])
            code, said = _publish(releases, parts, _NO_LIMIT)
            live = current_release(releases).name
            service.wait_ready(live)
    figures = {
        "points": run.scale.full_disks,
        "limited_by": limited_by,
        "refused": len(refused),
        "first_said": refused[:1],
        "wrong": wrong[:5],
        "published_with_room_again": code == 0 and live not in source.ids,
    }
    return Outcome.of(
        figures,
        every_point_refused=len(refused) == run.scale.full_disks,
        nothing_wrong=not wrong,
        recovers=code == 0 and live not in source.ids,
    )


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[tuple[Path, str]]:
    """Mount a tmpfs where that is allowed; elsewhere the size of each file is limited."""
    folder.mkdir()
    mounted = _quiet(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)])
    try:
        yield folder, "tmpfs" if mounted else "RLIMIT_FSIZE"
    finally:
        if mounted:
            _quiet(["umount", "--lazy", str(folder)])


@contextmanager
def _filled(folder: Path, room: int, limited_by: str) -> Iterator[int]:
    """Leave so many bytes free, or return the limit of a file's size that stands for it."""
    if limited_by != "tmpfs":
        yield room // 8
        return
    ballast = folder / "ballast"
    status = os.statvfs(folder)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, status.f_bavail * status.f_frsize - room))
    try:
        yield _NO_LIMIT
    finally:
        ballast.unlink()


def _publish(releases: Path, parts: Path, limit: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", _PUBLISH, str(releases), str(parts), str(limit)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode, (done.stdout or done.stderr).strip()[-300:]


def _publish_over_http(service: Service, release_id: str) -> list[str]:
    status, body = service.ask("POST", f"/v1/releases/{release_id}/publish", {})
    if status == 503 and b"No space left" in body:
        return []
    return [f"publishing on a full disk answered {status}: {body[:200]!r}"]


def _state(releases: Path, service: Service, live: str) -> list[str]:
    checks: dict[str, Callable[[], bool]] = {
        "CURRENT names the old release": lambda: current_release(releases).name == live,
        "no half-written file is left": lambda: not list(releases.glob(".incoming-*")),
        "no release is damaged": lambda: not unreadable_releases(releases),
        "no release came of it": lambda: len(list_releases(releases)) == 2,
        "the old release serves": lambda: (service.ready() or {}).get("release_id") == live,
        "searches are answered": lambda: service.ask("POST", "/v1/recommendations", {})[0] == 200,
    }
    return [what for what, holds in checks.items() if not holds()]


def _quiet(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
