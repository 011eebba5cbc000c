"""Options that mean the same in every command."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path

import click

from studio.console import PLACE, cores


def talking(command: Callable) -> Callable:
    """Adds the options about how to talk; the command gets `as_json` and `verbose`."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(command)
    command = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a failure.")(command)
    return click.option("-v", "--verbose", is_flag=True, help="Say more.")(command)


def overriding(command: Callable) -> Callable:
    """Adds the options that go over the YAML; the command gets them as `overrides`, a list of `path=value`."""

    @click.option("--set", "said", multiple=True, metavar="PATH=VALUE", help="Override a key of the YAML: model.d_model=8.")
    @click.option("--lang", help="Language of titles and captions: en, zh or a language file.")
    @click.option("--theme", help="Name of a theme, or a theme file.")
    @click.option("--bare", is_flag=True, help="Nothing around the stage: no title, map or caption (furniture: none).")
    @click.option("--size", metavar="WxH", help="Pixels, instead of the quality's; the pictures are laid out for their shape.")
    @wraps(command)
    def with_overrides(*args, said: Sequence[str], lang: str | None, theme: str | None, bare: bool, size: str | None, **options):
        short = {"language": lang, "theme": theme, "furniture": "none" if bare else None, "frame": size}
        overrides = [*said, *(f"{path}={value}" for path, value in short.items() if value is not None)]
        return command(*args, overrides=overrides, **options)

    return with_overrides


def narrating(command: Callable) -> Callable:
    """Adds who speaks to the overrides that the command gets from `overriding`."""

    @click.option("--narrator", metavar="NAME", help="Who speaks: none, or heart, an English voice from the extra [voice].")
    @wraps(command)
    def with_narrator(*args, narrator: str | None, overrides: list[str], **options):
        return command(*args, overrides=[*overrides, *([] if narrator is None else [f"narrator={narrator}"])], **options)

    return with_narrator


def trusting(command: Callable) -> Callable:
    """Adds whether programs may be run; the command gets it as `allow_commands`."""
    return click.option("--allow-commands", is_flag=True, help="Run the program that a YAML names as its narrator.")(command)


def drawing(command: Callable) -> Callable:
    """Adds the options about pictures and files. What the processes need that draw is loaded while the command looks up what to draw."""

    @wraps(command)
    def with_processes(*args, jobs: int | None, cluster: str | None, **options):
        from studio.render import warm  # slow to import

        if not cluster and (jobs or cores()) > 1:
            warm.context()
        return command(*args, jobs=jobs, cluster=cluster, **options)

    for option in (
        click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers draw: tcp://host:8786."),
        click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes (default: all cores)."),
        click.option("--fps", type=int, metavar="N", help="Frames a second, instead of the quality's."),
        click.option("-q", "--quality", metavar="NAME", help="preview, 720p, 1080p (default), 1080p60 or 4k."),
        click.option("-o", "--output", type=PLACE, default=Path("out"), metavar="DIR",
                     help="Where the files go (default: out)."),
    ):
        with_processes = option(with_processes)
    return with_processes


def compacting(unless_said: bool) -> Callable:
    """Adds whether clips are small; the command gets it as `compact`."""
    usual = "--compact" if unless_said else "--no-compact"
    return click.option("--compact/--no-compact", default=unless_said,
                        help=f"Clips a fifth smaller, the encoder takes twice as long (default: {usual}).")
