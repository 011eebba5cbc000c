"""Commands about what is kept on this machine: models and clips."""

from pathlib import Path

import click

from studio.cli.options import talking
from studio.console import PLACE, say, say_files, say_json, tell
from studio.errors import count


@click.command()
@click.option("--lexicon", type=PLACE, metavar="FILE.yaml", help="The words of another little language.")
@click.option("-o", "--output", type=PLACE, default=Path("out/weights"), metavar="DIR",
              help="Folder for the weights (default: out/weights).")
@click.option("--steps", type=click.IntRange(2), metavar="N", help="Updates of the weights (default: as the bundled ones).")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, metavar="N", help="Of all that is drawn (default: 0).")
@talking
def train(lexicon: Path | None, output: Path, steps: int | None, seed: int, as_json: bool, verbose: bool):
    """Train a translator.

    Some minutes of work; if it is interrupted, the same command goes on where it was. Needs the extra [train]. What is trained
    is used by `weights: DIR` in a scene YAML.

    \b
    animformer train
    animformer train --lexicon my.yaml -o my-weights/
    """
    from studio import training

    figures = training.train(lexicon, output, steps, seed)
    if as_json:
        return say_json({"files": [str(output / name) for name in training.FILES], "figures": figures})
    say(training.said(figures))
    tell("\n".join(str(output / name) for name in training.FILES))


@click.command()
@click.argument("name")
@talking
def get(name: str, as_json: bool, verbose: bool):
    """Fetch a model that others have published.

    `minilm`, a BERT that reads any English sentence, 92 MB: it is compared with what was published and kept in $XDG_DATA_HOME or
    ~/.local/share. What is fetched is used by `weights: minilm` in a scene YAML.

    \b
    animformer get minilm
    animformer render qkv --set model.weights=minilm --set sentence="I can read this."
    """
    from studio import get as fetching

    files = fetching.get(name)
    if as_json:
        return say_json({"files": [*map(str, files)]})
    say_files(files)


@click.command()
@click.argument("what", type=click.Choice(["info", "clear"]), default="info")
@talking
def cache(what: str, as_json: bool, verbose: bool):
    """Show or clear what is kept of earlier renders.

    It is in the folder $ANIMFORMER_CACHE, or animformer/clips in $XDG_CACHE_HOME or ~/.cache, and takes at most
    $ANIMFORMER_CACHE_LIMIT gigabytes (default: 4): beyond it, what was not used for the longest time goes.

    \b
    animformer cache
    animformer cache clear
    """
    from studio.render.cache import Cache

    kept = Cache()
    if what == "clear":
        kept.clear()
    found = kept.info()
    if as_json:
        return say_json(found)
    say(f"{found['folder']}: {count(found['clips'], 'clip')}, {found['bytes'] / 1e6:.1f} of {found['limit'] / 1e6:.0f} MB")
