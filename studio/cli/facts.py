"""Commands that say what there is, and what is wrong with it."""

import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from studio.cli.options import narrating, overriding, talking
from studio.console import PLACE, WRONG, progress, say, say_files, say_json, tell, tell_problems, warn
from studio.errors import InVain, Problem, count


@click.command("list")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@talking
def list_(targets: Sequence[str], as_json: bool, verbose: bool):
    """List films, scenes and steps.

    With targets, such as a folder of scenes, also these. With -v also the keys of a scene YAML.

    \b
    animformer list
    animformer list mine/ -v
    animformer list --json
    """
    from studio.output import contents, tables
    from studio.read import folders, keys
    from studio.read.spec import ready

    with progress(len(ready(folders.ours())), "timing", "scene") as done:
        found = contents.contents(targets, done)
    if as_json:
        return say_json(found)
    say(tables.of_contents(found))
    if verbose:
        say(f"\nkeys of a scene YAML, with their defaults\n{tables.aligned(keys.described(contents.own_keys(targets)))}")


@click.command("script")
@click.argument("target", default="film")
@overriding
@talking
def script_(target: str, overrides: list[str], as_json: bool, verbose: bool):
    """Print all captions in order, in every language.

    With the time at which each begins. Without a target: of the film.

    \b
    animformer script article
    animformer script qkv --json
    """
    from studio.output import script
    from studio.plan.film import scenes_of
    from studio.read import spec

    found = spec.load(target, overrides)
    with progress(len(scenes_of(found)), "timing", "scene") as done:
        lines = script.script(found, done)
    say_json({"steps": lines}) if as_json else say(script.written(lines))


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--table", is_flag=True, help="Also the figures of every step: use of the stage, sizes, time to read, and more.")
@overriding
@narrating
@talking
def check(targets: Sequence[str], table: bool, overrides: list[str], as_json: bool, verbose: bool):
    """Do everything but the render.

    Every target is read, its model run, and its scenes played: what would overlap, leave its place or be too small is found, and
    every number compared with its tensor. What could only be better is a warning. Without a target: all scenes and the films.

    \b
    animformer check my.yaml
    animformer check film --table
    animformer check qkv --lang zh --theme light --json
    """
    from studio.check import report
    from studio.check.themes import hard_to_see
    from studio.output.figures import table as table_of
    from studio.output.narration import cannot_be_told

    scenes, cards, problems, better = _sound(targets, overrides)
    steps = []
    with progress(len(scenes), "checking") as done:
        for scene in scenes:
            wrong, figures = report.report(scene)
            problems |= dict.fromkeys((*hard_to_see(scene.theme), *wrong, *cannot_be_told(scene)))
            better |= dict.fromkeys(report.warnings(scene, figures))
            steps += figures
            done(scene.name)
            if verbose:
                tell(f"{scene.name}: {count(len(figures), 'step')}, {sum(each.seconds for each in figures) / scene.pace:.1f} s")
    problems |= dict.fromkeys(problem for card, film in cards for problem in report.of_card(card, film))
    tell_problems(problems)
    for problem in better:
        warn(problem)
    if as_json:
        said = {"problems": problems, "warnings": better} | ({"figures": steps} if table else {})
        say_json({"ok": not problems} | {key: [asdict(each) for each in listed] for key, listed in said.items()})
    else:
        if table and steps:
            say(table_of(steps))
        said = [count(len(problems), "problem") if problems else "all is well", *([count(len(better), "warning")] if better else [])]
        (tell if problems else say)(", ".join(said))
    return WRONG if problems else 0


@click.command()
@click.argument("target")
@click.argument("tensors", nargs=-1, metavar="[TENSOR]...")
@click.option("-o", "--output", type=PLACE, metavar="FILE",
              help="Write all the arrays: FILE.npz, or FILE.safetensors.")
@overriding
@talking
def trace(target: str, tensors: Sequence[str], output: Path | None, overrides: list[str], as_json: bool, verbose: bool):
    """Show the tensors of a forward pass.

    The list of all and the translation, or the values of those that are named; -v elides nothing.

    \b
    animformer trace qkv
    animformer trace qkv decoder.probabilities --set sentence="the old dog runs"
    animformer trace qkv -o qkv.npz
    animformer trace qkv -o qkv.safetensors
    """
    from model.tokenizer import text
    from studio.output import tables
    from studio.plan import film, staging
    from studio.read import spec
    from studio.store import files

    trace = staging.trace(film.only_scene(spec.load(target, overrides)))
    views = film.views(trace, tensors)
    if output is not None:
        if not files.is_special(output):
            files.check_writable(output.parent, [output])
        with files.atomic(output) as partial, partial.open("wb") as file:
            trace.export(file) if output.suffix == ".safetensors" else trace.save(file)
    if as_json:
        return say_json(tables.to_json(trace, views))
    if views:
        say("\n\n".join(tables.of_values(view, trace, verbose) for view in views))
    elif output is None:
        say(tables.of_tensors(trace))
        if trace.output_tokens:
            say(f"\n{trace.sentence} → {text(trace.output_tokens, trace.config.spelling)}\n{tables.of_translation(trace)}")
    else:
        tell(f"{output}: {count(len(trace.names), 'tensor')}")


@click.command()
@click.argument("target")
@click.option("--from", "query", metavar="WORD", help="The word that looks (default: `focus`).")
@click.option("--toward", metavar="WORD", help="The word that it looks at: the heads that tie the two come first.")
@click.option("-o", "--output", type=PLACE, default=Path("out"), metavar="DIR", help="Folder (default: out).")
@overriding
@talking
def heads(target: str, query: str | None, toward: str | None, output: Path, overrides: list[str], as_json: bool, verbose: bool):
    """Draw what all heads look at.

    One sheet, heads.png, of the attention of every head in the sentence, sorted by what they do.

    \b
    animformer heads multi_head
    animformer heads multi_head --set model.weights=minilm --set sentence="The keys are on the table." --from are --toward keys
    """
    from studio.output import heads as sheets
    from studio.plan import film
    from studio.read import spec

    words = {"focus": query, "toward": toward}
    said = [*overrides, *(f"{key}={word}" for key, word in words.items() if word is not None)]
    found = sheets.make(film.only_scene(spec.load(target, said)), output)
    if as_json:
        return say_json({"files": [str(output / sheets.FILE)], "sections": sheets.to_json(found)})
    say_files([output / sheets.FILE])
    say("\n".join(["", *sheets.lines(found)]))


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@talking
def schema(targets: Sequence[str], as_json: bool, verbose: bool):
    """Print the JSON Schema of a scene YAML.

    With targets, such as a folder of scenes, also with the keys that these declare.

    \b
    animformer schema > scene.schema.json
    animformer schema mine/ > scene.schema.json
    """
    from studio.output.contents import own_keys

    say_json(own_keys(targets).model_json_schema())


@click.command()
@click.argument("language", default="en")
@talking
def words(language: str, as_json: bool, verbose: bool):
    """Print every word on screen in a language, as one file.

    Translate it, and name it in a scene YAML: language: de.yaml.

    \b
    animformer words en > de.yaml
    """
    from studio.output import tables
    from studio.read import folders
    from studio.read.words import everything

    found = everything(language, map(folders.folder, folders.ours()))
    say_json(found) if as_json else say(tables.as_yaml(found).encode(), end=False)    # whatever is said elsewhere, a YAML is UTF-8


def _sound(targets: Sequence[str], overrides: Sequence[str]) -> tuple[list, list, dict[Problem, None], dict[Problem, None]]:
    """The specs of all scenes of the targets, each once, as far as they are sound; the cards, each with its film; what is wrong with
    the others; and what is said in vain."""
    from scenes.base.spec import CardSpec
    from studio.plan.film import gathered, parts_of, scenes_of
    from studio.read import folders, spec

    scenes, cards, problems = [], [], {}
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        for together in [targets] if targets else [[name] for name in spec.ready((*folders.ours(), *spec.FILMS))]:
            specs, wrong = gathered(together, overrides)
            problems |= dict.fromkeys(wrong)
            scenes += [scene for each in specs for scene in scenes_of(each) if scene not in scenes]
            cards += [(part, each.source) for each in specs for part in parts_of(each) if isinstance(part, CardSpec)]
    in_vain = {each.message.problem: None for each in noted if isinstance(each.message, InVain)}
    for other in (each.message for each in noted if not isinstance(each.message, InVain)):
        warn(str(other))
    return scenes, cards, problems, in_vain
