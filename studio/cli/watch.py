"""The command that stays: it draws again at every save."""

from collections.abc import Sequence
from pathlib import Path

import click

from studio.cli.options import overriding, talking
from studio.console import PLACE


@click.command()
@click.argument("target")
@click.option("-o", "--output", type=PLACE, default=Path("out"), metavar="DIR", help="Where the files go (default: out).")
@overriding
@talking
def watch(target: str, output: Path, overrides: Sequence[str], as_json: bool, verbose: bool):
    """Draw again at every save.

    Stays, and at every save of the YAML, or of the Python of a scene of one's own, says what is wrong, or writes the still and the
    preview clip of every step that has changed: out/watch/SCENE/01-STEP.png and .mp4. Ctrl-C ends it.

    \b
    animformer watch mine.yaml
    animformer watch my_scene/ --theme light
    """
    from studio.watch.session import Session
    from studio.watch.terminal import follow

    with Session(target, overrides) as session:
        follow(session, output, as_json)
