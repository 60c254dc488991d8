"""`modiste releases`: list, check, publish, roll back."""

from __future__ import annotations

from pathlib import Path

import click

from modiste.cli import terminal
from modiste.cli.options import EXISTING_FOLDER, FOLDER, json_option


@click.group()
def releases() -> None:
    """List, check, publish and roll back releases."""


@releases.command("list")
@click.argument("directory", type=EXISTING_FOLDER)
@json_option
def list_command(directory: Path, as_json: bool) -> None:
    """List the releases of DIRECTORY, oldest first; * marks the live one, ? a damaged one."""
    from modiste.errors import ReleaseError
    from modiste.recommender.release import current_release, list_releases, unreadable_releases

    found, unreadable = list_releases(directory), unreadable_releases(directory)
    for release_id, why in unreadable.items():
        terminal.tell(f"? {release_id}  unreadable: {why}")
    try:
        live = current_release(directory).name
    except ReleaseError:
        live = None
    if as_json:
        terminal.print_json(
            [
                {
                    "release": manifest.release_id,
                    "created": manifest.created,
                    "n_items": manifest.n_items,
                    "live": manifest.release_id == live,
                }
                for manifest in found
            ]
        )
        return
    for manifest in found:
        mark = "*" if manifest.release_id == live else " "
        terminal.say(f"{mark} {manifest.release_id}  {manifest.n_items:,} items")
    if not found and not unreadable:
        terminal.tell(f"{directory} holds no release yet; `modiste train` publishes one.")


@releases.command("check")
@click.argument("release", type=FOLDER)
def check_command(release: Path) -> None:
    """Check that every file of one RELEASE is there and unchanged."""
    from modiste.recommender.release import check_release

    manifest = check_release(release)
    terminal.say(f"{manifest.release_id} is whole: {len(manifest.files)} files.")


@releases.command("publish")
@click.argument("directory", type=EXISTING_FOLDER)
@click.argument("release_id")
def publish_command(directory: Path, release_id: str) -> None:
    """Make RELEASE_ID the live one of DIRECTORY."""
    from modiste.recommender.release import publish

    terminal.say(f"Live: {publish(directory, release_id).name}")


@releases.command("rollback")
@click.argument("directory", type=EXISTING_FOLDER)
def rollback_command(directory: Path) -> None:
    """Make the release that was live before the current one live again."""
    from modiste.recommender.release import rollback

    terminal.say(f"Live: {rollback(directory).name}")
