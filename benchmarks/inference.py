"""How fast one photo, and many, are answered: Keras against ONNX Runtime.

``make bench NAME=inference`` builds the network of a config with the benchmark's 50
categories and 1,000 attributes. Its weights are random: only speed and memory are measured,
and whether int8 agrees with Keras is not asked here. Three parts:

1. Photos of the network's size, as arrays, at batch 1 and 32: Keras ``predict`` (the
   baseline), the same network as one ``tf.function``, ONNX Runtime in float32 and int8.
   The machine may be shared, so all of them take turns within each round, and a ratio is
   taken within its round.
2. A new process, from its first import to its first answer to one photo: Keras against
   `Detector`. Files are in the page cache.
3. The most memory that such a process ever held.

Without the VNNI instructions a processor multiplies eight-bit numbers hardly faster than
32-bit ones; the ones that matter are printed with the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from modiste.attribute_model.config import NetworkConfig
from modiste.cli import terminal
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.training.report import Table

from harness import Figure, figure, print_figures

Answer = Callable[[NDArray[np.float32]], object]

BATCHES = (1, 32)
BASELINE = "Keras predict"
#: Instructions for eight-bit products, and the plain ones beside them.
CPU_FLAGS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")
N_CALIBRATION = 16

_CLOCK = """
import json, sys, time
start = time.perf_counter()
import numpy as np
photo = np.load(sys.argv[1] + "/photo.npy")
"""
_REPORT = """
seconds = time.perf_counter() - start
# The peak of this process alone: getrusage would count the one that started it.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"seconds": seconds, "peak_mb": peak / 1024}))
"""
_KERAS = """
import keras
import modiste.attribute_model.network
from modiste.data.images import crop_and_resize
network = keras.models.load_model(sys.argv[1] + "/network.keras", compile=False)
pixels = crop_and_resize(photo, network.inputs[0].shape[1])
network.predict(pixels[None].astype(np.float32), verbose=0)
"""
_DETECTOR = """
from pathlib import Path
from modiste.attribute_model.runtime import Detector
from modiste.data.vocabulary import Vocabulary
vocabulary = Vocabulary.from_json(Path(sys.argv[1], "vocabulary.json").read_text())
Detector.load(sys.argv[1], vocabulary, precision="{precision}").detect([photo])
"""
PROCESSES = {
    "Keras": _CLOCK + _KERAS + _REPORT,
    "Detector float32": _CLOCK + _DETECTOR.format(precision="float32") + _REPORT,
    "Detector int8": _CLOCK + _DETECTOR.format(precision="int8") + _REPORT,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="Not needed; taken as other benchmarks do.")
    parser.add_argument("--backbone", default="ResNet50")
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--quick", action="store_true", help="A small network and two rounds: figures mean nothing."
    )
    given = parser.parse_args(arguments)
    config, rounds = NetworkConfig(given.backbone, None, given.image_size), given.rounds
    if given.quick:
        config, rounds = NetworkConfig("MobileNet", None, 32, alpha=0.25), 2
    print(f"{config.backbone}, {config.image_size} pixels, random weights, seed {given.seed}.")
    print(_machine())
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        network = write_network(out, config, deepfashion_vocabulary(), given.seed)
        figures = _throughput(network, out, config.image_size, rounds, given.seed)
        turns = range(1) if given.quick else range(-1, max(rounds // 2, 1))
        figures += _first_answers(out, turns)
    print_figures("inference", figures)
    return 0 if given.quick or all(found.met is not False for found in figures) else 1


def _machine() -> str:
    """Name the processor and say which of `CPU_FLAGS` it has."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    told = {name.strip(): value.strip() for name, value in told.items()}
    has = set(told.get("flags", "").split())
    flags = ", ".join(f"{flag} {'yes' if flag in has else 'no'}" for flag in CPU_FLAGS)
    name = told.get("model name", platform.machine())
    return f"{name}, {os.cpu_count()} cores: {flags}."


def write_network(out: Path, config: NetworkConfig, vocabulary: Vocabulary, seed: int) -> Any:
    """Write the network as each competitor reads it, and return it."""
    import keras

    from modiste.attribute_model.export_int8 import write_int8
    from modiste.attribute_model.export_onnx import write_float32
    from modiste.attribute_model.network import build_network
    from modiste.attribute_model.network_file import SCHEMA_VERSION
    from modiste.attribute_model.runtime import NETWORK_FILES

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    network = build_network(config, vocabulary)
    network.save(out / "network.keras")
    write_float32(network, out / NETWORK_FILES["float32"])
    size = config.image_size
    calibration = rng.uniform(0, 255, (N_CALIBRATION, size, size, 3)).astype(np.float32)
    write_int8(out / NETWORK_FILES["float32"], out / NETWORK_FILES["int8"], calibration)
    described = {
        "schema_version": SCHEMA_VERSION,
        "config": json.loads(config.to_json()),
        "vocabulary_fingerprint": vocabulary.fingerprint,
        "thresholds": [0.5] * len(vocabulary.attributes),
        "variants": {name: {"published": True} for name in NETWORK_FILES},
    }
    (out / "network.json").write_text(json.dumps(described), encoding="utf-8")
    (out / "vocabulary.json").write_text(vocabulary.to_json(), encoding="utf-8")
    np.save(out / "photo.npy", rng.integers(0, 256, (600, 450, 3)).astype(np.uint8))
    return network


def _throughput(network: Any, out: Path, size: int, rounds: int, seed: int) -> list[Figure]:
    competitors = _competitors(network, out)
    rng = np.random.default_rng(seed)
    figures, rows = [], []
    for batch in BATCHES:
        photos = rng.uniform(0, 255, (batch, size, size, 3)).astype(np.float32)
        seconds = _take_turns(competitors, photos, rounds)
        for name, measured in seconds.items():
            ratios = [a / b for a, b in zip(seconds[BASELINE], measured, strict=True)]
            rows.append(
                (
                    f"{name}, batch {batch}",
                    _spread([1000 * value for value in measured]),
                    f"{batch / statistics.median(measured):.1f}",
                    _spread(ratios),
                )
            )
            if name != BASELINE:
                target = 6.0 if name == "ONNX Runtime int8" else None
                label = f"{name} against {BASELINE}, batch {batch}"
                figures.append(_ratio(label, ratios, at_least=target))
    header = ("", "ms a call", "photos/s", f"times {BASELINE}")
    title = f"Answering: median (least to most) of {rounds} rounds"
    terminal.print_tables([Table(title, header, tuple(rows))])
    return figures


def _competitors(network: Any, out: Path) -> dict[str, Answer]:
    import onnxruntime as ort

    from modiste.attribute_model.network import OUTPUTS, compiled
    from modiste.attribute_model.runtime import NETWORK_FILES

    function = compiled(network)

    def session(precision: str) -> Answer:
        options = ort.SessionOptions()
        options.log_severity_level = 3
        opened = ort.InferenceSession(
            os.fspath(out / NETWORK_FILES[precision]), options, providers=["CPUExecutionProvider"]
        )
        return lambda photos: opened.run(list(OUTPUTS), {"image": photos})

    return {
        BASELINE: lambda photos: network.predict(photos, batch_size=32, verbose=0),
        "tf.function": lambda photos: {k: v.numpy() for k, v in function(photos).items()},
        "ONNX Runtime float32": session("float32"),
        "ONNX Runtime int8": session("int8"),
    }


def _take_turns(
    competitors: Mapping[str, Answer], photos: NDArray[np.float32], rounds: int
) -> dict[str, list[float]]:
    """Return seconds a call, one value a round: the median of the round's calls."""
    calls = 5 if len(photos) == 1 else 1
    for answer in competitors.values():
        answer(photos)
    seconds: dict[str, list[float]] = {name: [] for name in competitors}
    for _ in range(rounds):
        for name, answer in competitors.items():
            taken = []
            for _ in range(calls):
                start = time.perf_counter()
                answer(photos)
                taken.append(time.perf_counter() - start)
            seconds[name].append(statistics.median(taken))
    return seconds


def _first_answers(out: Path, turns: range) -> list[Figure]:
    """Start a process a turn; turn -1 reads the files from disk and is not counted."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in PROCESSES}
    for turn in turns:
        for name, code in PROCESSES.items():
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-c", code, os.fspath(out)],
                capture_output=True,
                text=True,
                check=True,
            )
            if turn >= 0:
                measured[name].append(json.loads(done.stdout.splitlines()[-1]))
    rows, figures = [], []
    for name, runs in measured.items():
        columns = [_spread([run[what] for run in runs]) for what in ("seconds", "peak_mb")]
        rows.append((name, *columns))
        if name == "Keras":
            continue
        faster, smaller = (
            [a[what] / b[what] for a, b in zip(measured["Keras"], runs, strict=True)]
            for what in ("seconds", "peak_mb")
        )
        label = f"{name} against Keras"
        of_int8 = name.endswith("int8")
        figures.append(_ratio(f"cold start, {label}", faster, at_least=10.0 if of_int8 else None))
        shares = [1 / ratio for ratio in smaller]
        figures.append(_ratio(f"memory, {label}", shares, at_most=0.6 if of_int8 else None))
    header = ("", "seconds to the first answer", "peak memory, MB")
    title = f"A new process: median (least to most) of {turns.stop}"
    terminal.print_tables([Table(title, header, tuple(rows))])
    return figures


def _ratio(
    name: str,
    ratios: Sequence[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    interval = (min(ratios), max(ratios))
    return figure(
        name,
        statistics.median(ratios),
        interval=interval,
        baseline=1.0,
        at_least=at_least,
        at_most=at_most,
    )


def _spread(values: Sequence[float]) -> str:
    digits = 0 if min(values) >= 1000 else 1 if min(values) >= 10 else 2
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


if __name__ == "__main__":
    sys.exit(main())
