from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from checkerboard import N_ITEMS, VOCABULARY

from modiste.errors import ReleaseError
from modiste.recommender import release as releases
from modiste.recommender.release import (
    Manifest,
    check_release,
    current_release,
    list_releases,
    publish,
    rollback,
    unreadable_releases,
    write_release,
)

MONDAY = datetime(2026, 7, 6, 8, 30, tzinfo=UTC)


@pytest.fixture
def write(catalogue, tmp_path):
    def write(hour=8, *, extra="", parts=None):
        def write_parts(folder: Path) -> None:
            catalogue.save(folder)
            (folder / "network").mkdir()
            (folder / "network" / "network.json").write_text(f"{{}}{extra}")

        return write_release(
            tmp_path,
            parts or write_parts,
            config={"seed": 1},
            metrics={"ndcg_at_10": 0.4},
            data_fingerprint="abc",
            now=MONDAY.replace(hour=hour),
        )

    return write


class TestWrite:
    def test_what_killed_writers_left_a_day_ago_is_removed(self, write, tmp_path):
        old, young = tmp_path / ".incoming-old", tmp_path / ".incoming-young"
        for folder in (old, young):
            folder.mkdir(parents=True)
            (folder / "items.parquet").write_bytes(b"half")
        file = tmp_path / ".incoming-file"
        file.write_text("half")
        for path in (old, file):
            os.utime(path, (0, 0))
        write()
        assert young.is_dir()
        assert not old.exists()
        assert not file.exists()

    def test_manifest_says_what_is_in_it(self, write):
        release = write()
        manifest = check_release(release)
        assert release.name == manifest.release_id
        assert release.name.startswith("20260706T083000Z-")
        assert manifest.created == "2026-07-06T08:30:00+00:00"
        assert manifest.n_items == N_ITEMS
        assert manifest.vocabulary_fingerprint == VOCABULARY.fingerprint
        assert manifest.config == {"seed": 1}
        assert manifest.metrics == {"ndcg_at_10": 0.4}
        assert manifest.data_fingerprint == "abc"
        assert set(manifest.files) == {
            "items.parquet",
            "vocabulary.json",
            "embeddings.npy",
            "attributes.npz",
            "network/network.json",
        }

    def test_same_content_at_the_same_time_is_the_same_bytes(self, write, catalogue, tmp_path):
        first = (write() / "manifest.json").read_bytes()
        second = write_release(
            tmp_path / "elsewhere",
            lambda folder: (
                catalogue.save(folder),
                (folder / "network").mkdir(),
                (folder / "network" / "network.json").write_text("{}"),
            )[0],
            config={"seed": 1},
            metrics={"ndcg_at_10": 0.4},
            data_fingerprint="abc",
            now=MONDAY,
        )
        assert (second / "manifest.json").read_bytes() == first

    def test_is_not_live_until_published(self, write, tmp_path):
        write()
        with pytest.raises(ReleaseError, match="needs a published release"):
            current_release(tmp_path)

    def test_twice_in_a_second_is_refused(self, write, tmp_path):
        write()
        with pytest.raises(ReleaseError, match="written once"):
            write()
        assert len(list(tmp_path.iterdir())) == 1

    def test_failing_parts_leave_nothing(self, write, tmp_path):
        def fail(folder: Path) -> None:
            (folder / "half").write_text("x")
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            write(parts=fail)
        assert list(tmp_path.iterdir()) == []

    def test_needs_the_items(self, write, tmp_path):
        with pytest.raises(ReleaseError, match=r"needs items.parquet. Received: \['x'\]"):
            write(parts=lambda folder: (folder / "x").write_text("x") and None)
        assert list(tmp_path.iterdir()) == []

    def test_others_may_read_it(self, write):
        umask = os.umask(0)
        os.umask(umask)
        assert write().stat().st_mode & 0o777 == 0o777 & ~umask


class TestCheck:
    def _refused(self, release, message):
        with pytest.raises(ReleaseError, match=message):
            check_release(release)

    def test_missing_file(self, write):
        release = write()
        (release / "embeddings.npy").unlink()
        self._refused(release, r"lacks a file; publish.*Received: no .*embeddings.npy")

    def test_extra_file(self, write):
        release = write()
        (release / "network" / "notes.txt").write_text("hello")
        self._refused(release, r"only what its manifest lists.*network/notes.txt")

    def test_changed_byte(self, write):
        release = write()
        path = release / "embeddings.npy"
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        self._refused(release, r"embeddings.npy must have .* SHA-256 .*roll back. Received")

    def test_shorter_file(self, write):
        release = write()
        path = release / "vocabulary.json"
        path.write_bytes(path.read_bytes()[:-10])
        self._refused(release, "vocabulary.json must have")

    def test_no_manifest(self, write):
        release = write()
        (release / "manifest.json").unlink()
        self._refused(release, "needs manifest.json")

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema_version": 2}', "null"])
    def test_malformed_manifest(self, write, text):
        release = write()
        (release / "manifest.json").write_text(text)
        self._refused(release, r"manifest.json must be what `write_release` wrote")

    def test_other_schema_version(self, write):
        release = write()
        path = release / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
        self._refused(release, "schema version 2; train.*Received: 99")

    def test_changed_byte_of_the_manifest(self, write):
        path = write() / "manifest.json"
        whole = path.read_bytes()
        for place in range(len(whole)):
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(changed)
            with pytest.raises(ReleaseError, match=r"manifest.json"):
                Manifest.read(path.parent)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("n_items", 3), ("metrics", {"ndcg_at_10": 0.9}), ("data_fingerprint", "x")],
    )
    def test_changed_value_of_the_manifest(self, write, field, value):
        release = write()
        path = release / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
        self._refused(release, r"manifest.json must have values of SHA-256 .*roll back. Received")

    def test_manifest_keys_that_are_numbers(self, write):
        release = write()
        manifest = replace(check_release(release), metrics={9: 0.4, 10: 0.5})
        (release / "manifest.json").write_text(manifest.to_json())
        assert check_release(release).metrics == {"9": 0.4, "10": 0.5}

    def test_folder_of_another_release(self, write):
        release = write()
        copy = release.rename(release.with_name("20260101T000000Z-00000000"))
        self._refused(copy, rf"manifest.json must be of.*rename the folder.*'{release.name}'")
        assert check_release(copy.rename(copy.with_name("copy"))).release_id == release.name

    def test_no_directory(self, tmp_path):
        self._refused(tmp_path / "nowhere", "A release is a directory")


class TestLive:
    def test_publish_and_roll_back(self, write, tmp_path):
        first, second, third = write(8), write(9), write(10)
        publish(tmp_path, first.name)
        publish(tmp_path, third.name)  # the second was never live
        assert current_release(tmp_path) == third
        assert rollback(tmp_path) == first
        assert current_release(tmp_path) == first
        with pytest.raises(ReleaseError, match="live before"):
            rollback(tmp_path)
        assert publish(tmp_path, second.name) == second
        assert rollback(tmp_path) == first

    def test_publishing_twice_is_publishing_once(self, write, tmp_path):
        first, second = write(8), write(9)
        for release in (first, second, second):
            publish(tmp_path, release.name)
        assert rollback(tmp_path) == first

    def test_broken_release_is_not_published(self, write, tmp_path):
        first, second = write(8), write(9)
        publish(tmp_path, first.name)
        (second / "attributes.npz").unlink()
        with pytest.raises(ReleaseError, match=r"attributes.npz"):
            publish(tmp_path, second.name)
        assert current_release(tmp_path) == first

    @pytest.mark.parametrize("name", ["nope", "../x", "", "20260706T083000Z-00000000"])
    def test_unknown_release(self, write, tmp_path, name):
        release = write()
        with pytest.raises(ReleaseError, match=f"has the releases {release.name}. Received"):
            publish(tmp_path, name)

    def test_current_that_names_nothing(self, write, tmp_path):
        write()
        (tmp_path / "CURRENT").write_text("\n")
        with pytest.raises(ReleaseError, match="needs a published release"):
            current_release(tmp_path)

    def test_current_that_is_no_text(self, write, tmp_path):
        release = write()
        publish(tmp_path, release.name)
        (tmp_path / "CURRENT").write_bytes(b"\xb2" + release.name.encode()[1:])
        with pytest.raises(ReleaseError, match="Received"):
            current_release(tmp_path)

    def test_current_that_names_a_removed_release(self, write, tmp_path):
        kept = write(8)
        (tmp_path / "CURRENT").write_text("20260706T090000Z-00000000\n")
        with pytest.raises(ReleaseError, match=f"has the releases {kept.name}. Received"):
            current_release(tmp_path)

    def test_a_file_is_no_releases_directory(self, tmp_path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(ReleaseError, match="needs a published release"):
            current_release(tmp_path / "file")

    def test_list_is_oldest_first_and_skips_half_written_ones(self, write, tmp_path):
        late, early = write(10), write(8)
        (tmp_path / ".incoming-123").mkdir()
        (tmp_path / "notes").mkdir()
        names = [manifest.release_id for manifest in list_releases(tmp_path)]
        assert names == [early.name, late.name]

    def test_unreadable_releases_are_told_apart(self, write, tmp_path):
        corrupt, older, bare, kept = write(8), write(9), write(10), write(11)
        (corrupt / "manifest.json").write_text("{")
        (older / "manifest.json").write_text('{"schema_version": 0}')
        (bare / "manifest.json").unlink()
        assert [manifest.release_id for manifest in list_releases(tmp_path)] == [kept.name]
        why = unreadable_releases(tmp_path)
        assert list(why) == [corrupt.name, older.name, bare.name]
        assert "schema version" in why[older.name]
        with pytest.raises(ReleaseError, match=f"has the releases {kept.name}. Received: 'nope'"):
            publish(tmp_path, "nope")

    @pytest.mark.parametrize("step", ["_sync", "_write_current"])
    def test_dying_while_publishing_leaves_the_old_one_live(
        self, write, tmp_path, monkeypatch, step
    ):
        first, second = write(8), write(9)
        publish(tmp_path, first.name)

        def die(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(releases, step, die)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, second.name)
        monkeypatch.undo()
        assert current_release(tmp_path) == first
        assert publish(tmp_path, second.name) == second

    def test_dying_before_the_rename_leaves_the_old_one_live(self, write, tmp_path, monkeypatch):
        first = write(8)
        publish(tmp_path, first.name)
        # As a power cut would: the folder stays behind, half written.
        monkeypatch.setattr(releases, "_sync_tree", lambda _: (_ for _ in ()).throw(SystemExit))
        monkeypatch.setattr(releases.shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(SystemExit):
            write(9)
        monkeypatch.undo()
        assert current_release(tmp_path) == first
        assert [manifest.release_id for manifest in list_releases(tmp_path)] == [first.name]
        assert publish(tmp_path, write(10).name) == current_release(tmp_path)


def test_a_current_that_cannot_be_written_leaves_the_old_one_and_no_rest(
    write, tmp_path, monkeypatch
):
    first, second = write(8), write(9)
    publish(tmp_path, first.name)

    def full(path, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        publish(tmp_path, second.name)
    assert current_release(tmp_path) == first
    assert not list(tmp_path.glob(".incoming-*"))
