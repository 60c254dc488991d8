"""ONNX Runtime for browsers is fetched as it is named, or not at all."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from modiste.api import browser_runtime
from modiste.api.browser_runtime import (
    MODULE,
    VERSION,
    WASM,
    WASM_KEPT,
    RuntimeNotFetchedError,
    fetch_runtime,
    runtime_folder,
)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive as the registry sends it, and its digest as the one that is wanted."""
    path = tmp_path / "onnxruntime-web.tgz"
    with tarfile.open(path, "w:gz") as held:
        for name, content in {
            MODULE: b"export {};\n//# sourceMappingURL=ort.map\n",
            WASM: b"wasm" * 100,
            "other.wasm": b"not wanted",
        }.items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(content)
            held.addfile(member, io.BytesIO(content))
    digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    monkeypatch.setattr(browser_runtime, "INTEGRITY", f"sha512-{digest}")
    return path


def test_only_what_is_needed_is_kept(tmp_path: Path, archive: Path) -> None:
    folder = fetch_runtime(tmp_path / "vendor", archive.as_uri())
    assert folder == runtime_folder(tmp_path / "vendor")
    assert sorted(path.name for path in folder.iterdir()) == sorted([MODULE, WASM_KEPT])
    assert (folder / MODULE).read_bytes() == b"export {};\n"
    assert gzip.decompress((folder / WASM_KEPT).read_bytes()) == b"wasm" * 100


def test_what_is_there_is_not_fetched_again(tmp_path: Path, archive: Path) -> None:
    folder = fetch_runtime(tmp_path / "vendor", archive.as_uri())
    archive.unlink()
    assert fetch_runtime(tmp_path / "vendor", archive.as_uri()) == folder


def test_another_version_makes_place(tmp_path: Path, archive: Path) -> None:
    before = tmp_path / "vendor" / "onnxruntime-web-0.1.0"
    before.mkdir(parents=True)
    fetch_runtime(tmp_path / "vendor", archive.as_uri())
    assert [path.name for path in (tmp_path / "vendor").iterdir()] == [f"onnxruntime-web-{VERSION}"]


def test_another_archive_is_refused(tmp_path: Path, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(RuntimeNotFetchedError, match="must be the one whose digest"):
        fetch_runtime(tmp_path / "vendor", archive.as_uri())
    assert runtime_folder(tmp_path / "vendor") is None


def test_without_a_network_it_says_what_to_do(tmp_path: Path) -> None:
    address = (tmp_path / "none.tgz").as_uri()
    with pytest.raises(RuntimeNotFetchedError, match="again where"):
        fetch_runtime(tmp_path / "vendor", address)
