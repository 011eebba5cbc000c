"""The command that stays: it draws again at every save."""

from collections.abc import Sequence
from pathlib import Path

import click

from studio.cli.options import overriding, talking
from studio.console import PLACE


@click.command()
@click.argument("target")
@click.option("-o", "--output", type=PLACE, default=Path("out"), metavar="DIR", help="Where the files go (default: out).")
@click.option("--serve", is_flag=True, help="Show it as a page in the browser, with the YAML beside it.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Of the page (default: any that is free).")
@overriding
@talking
def watch(target: str, output: Path, serve: bool, port: int, overrides: Sequence[str], as_json: bool, verbose: bool):
    """Draw again at every save.

    Stays, and at every save of the YAML, or of the Python of a scene of one's own, says what is wrong, or writes the still and the
    preview clip of every step that has changed: out/watch/SCENE/01-STEP.png and .mp4. Ctrl-C ends it.

    With --serve it shows them as a page, which also changes the YAML and knows every tensor.

    \b
    animformer watch mine.yaml
    animformer watch my_scene/ --theme light
    animformer watch mine.yaml --serve
    """
    if serve:
        return _serve(target, overrides, output, port)
    from studio.watch.session import Session
    from studio.watch.terminal import follow

    with Session(target, overrides) as session:
        follow(session, output, as_json)


@click.command()
@click.argument("target")
@click.option("-o", "--output", type=PLACE, default=Path("out"), metavar="DIR", help="Where what is taken along goes (default: out).")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Of the page (default: any that is free).")
@overriding
@talking
def studio(target: str, output: Path, port: int, overrides: Sequence[str], as_json: bool, verbose: bool):
    """Show a YAML and what becomes of it as a page.

    In the browser, at the address that it prints; the same as watch --serve.

    \b
    animformer studio mine.yaml
    animformer studio mine.yaml --port 8000
    """
    return _serve(target, overrides, output, port)


def _serve(target: str, overrides: Sequence[str], output: Path, port: int) -> None:
    from studio.page.server import serve
    from studio.watch.session import Session

    with Session(target, overrides) as session:
        serve(session, output, port)
