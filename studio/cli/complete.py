"""What a shell completes: the names that an argument or an option may be, wherever it stands."""

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem


class Name(click.ParamType):
    """A text; names: gives those that it may be, for what is there of it so far. What is none of them may be a file."""

    name = "text"

    def __init__(self, names: Callable[[str], Iterable[str]]):
        self.names = names

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        found = [name for name in self.names(incomplete) if name.startswith(incomplete)]
        return [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="file")]


def targets(incomplete: str) -> list[str]:
    """Films and scenes; the steps of a scene as soon as its name is there."""
    from studio.read.folders import folder, ours
    from studio.read.spec import FILMS

    scene, slash, _ = incomplete.partition("/")
    if slash and scene in ours():
        return [f"{scene}/{step}" for step in folder(scene).facts.steps]
    return [*FILMS, *ours()]


def themes(incomplete: str) -> Iterable[str]:
    """The themes."""
    from studio.read import assets

    return assets.themes()


def languages(incomplete: str) -> Iterable[str]:
    """The languages."""
    from studio.read import words

    return words.languages()


def qualities(incomplete: str) -> Iterable[str]:
    """The qualities."""
    from studio.render import quality

    return quality.QUALITIES


def models(incomplete: str) -> Iterable[str]:
    """The models that can be fetched."""
    from studio.read import assets

    return assets.FETCHED


NAMES = {"targets": targets, "target": targets, "source": targets, "quality": qualities, "theme": themes, "lang": languages,
         "language": languages, "name": models}


def completing(command: click.Command) -> click.Command:
    """The command, whose arguments and options of these names are completed."""
    for parameter in command.params:
        if parameter.name in NAMES:
            parameter.type = Name(NAMES[parameter.name])
    return command
