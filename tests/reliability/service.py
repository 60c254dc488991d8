"""The service as a process of its own, that may be killed and started again."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import psutil

ROOT = Path(__file__).parents[2]
_START_SECONDS = 240.0
_STOP_SECONDS = 20.0
#: A traceback in the log, up to the next line of it.
_FAILURE = re.compile(r"ERROR .* failed\n(Traceback.*?)\n(?=\d{4}-|\Z)", re.DOTALL)
_MODISTE = "from modiste.cli import main; main()"


class Service:
    """``modiste serve`` over a releases directory, on a free port of this machine.

    Parameters
    ----------
    releases : Path
    options : str
        Further options of the command.
    log : Path
        Where what it prints goes.
    key : str, optional
        Shown with what `ask` asks, where the options have keys required.
    """

    def __init__(self, releases: Path, *options: str, log: Path, key: str | None = None) -> None:
        self._releases = releases
        self._options = options
        self._log = log
        self._key = key
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    def __enter__(self) -> Self:
        """Start it and wait until it is ready."""
        self.start()
        self.wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> None:
        """Start it, without waiting."""
        command = [sys.executable, "-c", _MODISTE, "serve", str(self._releases)]
        command += ["--port", str(self.port), *self._options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def wait_ready(self, release_id: str | None = None, seconds: float = _START_SECONDS) -> None:
        """Wait until it is ready, with one release if one is named."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.ready()
            if found is not None and release_id in (None, found["release_id"]):
                return
            if not self.runs:
                raise RuntimeError(f"The service ended by itself; it said:\n{self.said()}")
            time.sleep(0.05)
        raise RuntimeError(f"The service is not ready with {release_id}; it said:\n{self.said()}")

    def ready(self) -> dict[str, Any] | None:
        """Return what ``/readyz`` says, or None where it does not say 200."""
        try:
            status, body = self.ask("GET", "/readyz")
        except (OSError, http.client.HTTPException):
            return None
        return json.loads(body) if status == 200 else None

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Ask once, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json", **key_header(self._key)}
            connection.request(method, path, sent, headers)
            found = connection.getresponse()
            return found.status, found.read()
        finally:
            connection.close()

    def kill(self) -> None:
        """End it as a loss of power would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ask it to stop, and kill it if it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def process(self) -> psutil.Process:
        """The running process, to be measured."""
        if self._process is None:
            raise RuntimeError("The service was not started.")
        return psutil.Process(self._process.pid)

    @property
    def rss_mb(self) -> float:
        """Resident memory in megabytes."""
        return 0.0 if self._process is None else float(self.process.memory_info().rss) / 1e6

    def said(self) -> str:
        """Return the end of what it printed."""
        return self._log.read_text(errors="replace")[-2_000:] if self._log.exists() else ""

    def failures(self) -> list[str]:
        """Return the end of each traceback in its log of lines for people."""
        return _failures(self._log.read_text(errors="replace"))


def _failures(text: str) -> list[str]:
    return [found[1][-600:] for found in _FAILURE.finditer(text)]


def key_header(key: str | None) -> dict[str, str]:
    """Return the header that shows a key; none where there is none."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
