"""Brings ONNX Runtime for browsers into a build; all metadata stands in setup.cfg."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_RUNTIME = Path(__file__).parent / "modiste" / "api" / "browser_runtime.py"


class BuildWithRuntime(build_py):
    """Collects the package's files, after fetching the one that git does not hold."""

    def run(self) -> None:
        """Fetch the runtime, or say that the package will do without, and build."""
        runtime = runpy.run_path(str(_RUNTIME))
        try:
            runtime["fetch_runtime"]()
        except runtime["RuntimeNotFetchedError"] as error:
            sys.stderr.write(f"{error}\n")
        super().run()


setup(cmdclass={"build_py": BuildWithRuntime})
