"""Commands for whoever begins: a file or a folder to tweak."""

from pathlib import Path

import click

from studio.cli.options import talking
from studio.console import PLACE, say_files, say_json


@click.command()
@click.argument("path", metavar="NAME", type=PLACE)
@click.option("--from", "source", metavar="TARGET", help="The scene, step or film that it begins as; `animformer list` names them.")
@click.option("--scene", is_flag=True, help="Make the folder of a scene: its Python, YAML, words and experiment.")
@talking
def new(path: Path, source: str | None, scene: bool, as_json: bool, verbose: bool):
    """Make a YAML to tweak, or the folder of a scene.

    The YAML has every key, with its default and its choices; the folder is a scene that renders as it stands. What is there already
    stays as it is.

    \b
    animformer new mine.yaml --from multi_head
    animformer new short.yaml --from qkv/blend
    animformer new lecture.yaml --from film
    animformer new mine/ --scene
    """
    from studio.output import starter

    if scene == (source is not None):
        raise click.UsageError("Give either '--from TARGET', for a YAML, or '--scene', for a folder.")
    made = starter.new_scene(path) if scene else [starter.new_file(path, source)]
    say_json({"files": [str(file) for file in made]}) if as_json else say_files(made)
