"""The command `animformer`. Its functions are thin: they look up, call, and print."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial, wraps
from pathlib import Path

import click

from studio.console import PLACE, WRONG, Application, Place, cores, progress, say, say_files, say_json, tell, warn
from studio.errors import InVain, Problem, UserError, count

EXAMPLES = """\b
Examples:
  animformer render qkv -q preview
  animformer render my.yaml --set focus=cat --set model.n_heads=2
  animformer storyboard qkv --strip 6
  animformer trace qkv decoder.probabilities --set sentence="the old dog runs"
"""


ABOUT = """Films of a transformer at work: every number on screen is computed by a real forward pass.

A TARGET is `film`, a scene, one step of it as SCENE/STEP, or the path of a scene or film YAML.
"""


@click.group(cls=Application, help=ABOUT, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="animformer")
def main():
    """The command."""


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
    @wraps(command)
    def with_overrides(*args, said: Sequence[str], lang: str | None, theme: str | None, bare: bool, **options):
        short = {"language": lang, "theme": theme, "furniture": "none" if bare else None}
        overrides = [*said, *(f"{path}={value}" for path, value in short.items() if value is not None)]
        return command(*args, overrides=overrides, **options)

    return with_overrides


def drawing(command: Callable) -> Callable:
    """Adds the options about pictures and files."""
    for option in (
        click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers draw: tcp://host:8786."),
        click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes (default: all cores)."),
        click.option("--size", metavar="WxH", help="Pixels, instead of the quality's."),
        click.option("--fps", type=int, metavar="N", help="Frames a second, instead of the quality's."),
        click.option("-q", "--quality", metavar="NAME", help="preview, 720p, 1080p (default), 1080p60 or 4k."),
        click.option("-o", "--output", type=PLACE, default=Path("out"), metavar="DIR",
                     help="Where the files go (default: out)."),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--captions", type=click.Choice(["burned", "track", "none"]), help="In the picture, as subtitles, or not at all "
              "(default: in the picture; a film holds subtitles as well, which a player shows when it is told to).")
@click.option("--no-cache", is_flag=True, help="Draw everything, also what is kept from an earlier render, and keep nothing.")
@overriding
@drawing
@talking
def render(targets: Sequence[str], captions: str | None, no_cache: bool, overrides: list[str], as_json: bool, **options):
    """Make videos of steps, scenes and films.

    Without a target: the film. A step that has been rendered and has not changed since is not rendered again.

    \b
    animformer render qkv -q preview
    animformer render qkv/blend attention_matrix --size 1280x720 --fps 25
    animformer render my.yaml --set sentence="a cat on a mat" --set focus=cat
    """
    from studio.output.film import render_film
    from studio.plan.film import loaded
    from studio.render.cache import Cache

    make = partial(render_film, captions=captions, cache=None if no_cache else Cache())
    _make("rendering", make, loaded(targets or ("film",), overrides), as_json, **options)


@main.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--strip", type=click.IntRange(1, 100), default=1, metavar="N", help="Also N frames across every step.")
@overriding
@drawing
@talking
def storyboard(targets: Sequence[str], strip: int, overrides: list[str], as_json: bool, **options):
    """Make pictures of the last frame of every step.

    And one sheet of them all. Without a target: of the film.

    \b
    animformer storyboard qkv -q 720p
    animformer storyboard qkv/blend --strip 8
    """
    from studio.output.storyboard import make_storyboard
    from studio.plan.film import loaded, side_by_side

    scenes = side_by_side(loaded(targets or ("film",), overrides), "storyboard")
    _make("drawing", partial(make_storyboard, n_pictures=strip), [scenes], as_json, **options)


@main.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--to", "kinds", multiple=True, default=("pptx",), type=click.Choice(["pptx", "html", "pdf", "manim-slides"]),
              help="What kind of deck (default: pptx); more than once for several.")
@click.option("--titles", is_flag=True, help="Captions stand on the slides, not only in the notes.")
@click.option("--loop", is_flag=True, help="Clips begin again when they end.")
@click.option("--template", type=Place(exists=True, dir_okay=False, path_type=Path), metavar="FILE.pptx",
              help="A PowerPoint file whose look is taken.")
@click.option("--each", type=click.Choice(["1", "2", "4", "6"]), default="4", help="Pictures on a page of the pdf (default: 4).")
@overriding
@drawing
@talking
def deck(targets: Sequence[str], kinds: Sequence[str], titles: bool, loop: bool, template: Path | None, each: str, overrides: list[str],
         as_json: bool, **options):
    """Make slides: one for every step, on which its clip plays.

    pptx for PowerPoint, Keynote and LibreOffice; html for a browser, one file that needs no network; pdf, a handout of the last
    frames; manim-slides, the JSON that it presents. Clips are bare unless --set furniture=full says otherwise.
    Without a target: of the film.

    \b
    animformer deck qkv attention_matrix
    animformer deck film --to html --to pdf --each 6
    animformer deck my.yaml --template corporate.pptx --titles
    """
    from studio.output.deck import make_deck
    from studio.plan.film import loaded, side_by_side
    from studio.render.cache import Cache

    if not any(said.startswith("furniture=") for said in overrides):
        overrides.append("furniture=none")
    make = partial(make_deck, cache=Cache(), kinds=kinds, titles=titles, loop=loop, template=template, each=int(each))
    specs = loaded(targets or ("film",), overrides)
    _make("drawing", make, specs if len(specs) == 1 else [side_by_side(specs, "deck")], as_json, **options)


@main.command("list")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@talking
def list_(targets: Sequence[str], as_json: bool, verbose: bool):
    """List films, scenes and steps.

    With targets, such as a folder of scenes, also these. With -v also the keys of a scene YAML.
    """
    from studio.output import contents, tables
    from studio.read import keys

    found = contents.contents(targets)
    if as_json:
        return say_json(found)
    say(tables.of_contents(found))
    if verbose:
        say(f"\nkeys of a scene YAML, with their defaults\n{tables.aligned(keys.described(contents.own_keys(targets)))}")


@main.command("script")
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
    from studio.read import spec

    lines = script.script(spec.load(target, overrides))
    say_json({"steps": lines}) if as_json else say(script.written(lines))


@main.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--table", is_flag=True, help="Also the figures of every step: use of the stage, sizes, time to read, and more.")
@overriding
@talking
def check(targets: Sequence[str], table: bool, overrides: list[str], as_json: bool, verbose: bool):
    """Do everything but the render.

    Every target is read, its model run, and its scenes played: what would overlap, leave its place or be too small is found, and
    every number compared with its tensor. What could only be better is a warning. Without a target: all scenes and the films.
    """
    from studio.check import report
    from studio.check.themes import hard_to_see
    from studio.output.figures import table as table_of

    scenes, cards, problems, better = _sound(targets, overrides)
    steps = []
    with progress(len(scenes), "checking") as done:
        for scene in scenes:
            wrong, figures = report.report(scene)
            problems |= dict.fromkeys((*hard_to_see(scene.theme), *wrong))
            better |= dict.fromkeys(report.warnings(scene, figures))
            steps += figures
            done(scene.name)
            if verbose:
                tell(f"{scene.name}: {count(len(figures), 'step')}, {sum(each.seconds for each in figures) / scene.pace:.1f} s")
    problems |= dict.fromkeys(problem for card, film in cards for problem in report.of_card(card, film))
    for problem in problems:
        tell(str(problem))
    for problem in better:
        warn(str(problem))
    if as_json:
        said = {"problems": problems, "warnings": better} | ({"figures": steps} if table else {})
        say_json({"ok": not problems} | {key: [asdict(each) for each in listed] for key, listed in said.items()})
    else:
        if table and steps:
            say(table_of(steps))
        said = [count(len(problems), "problem") if problems else "all is well", *([count(len(better), "warning")] if better else [])]
        (tell if problems else say)(", ".join(said))
    return WRONG if problems else 0


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
@click.argument("what", type=click.Choice(["info", "clear"]), default="info")
@talking
def cache(what: str, as_json: bool, verbose: bool):
    """Show or clear what is kept of earlier renders.

    It is in the folder $ANIMFORMER_CACHE, or animformer/clips in $XDG_CACHE_HOME or ~/.cache, and takes at most
    $ANIMFORMER_CACHE_LIMIT gigabytes (default: 4): beyond it, what was not used for the longest time goes.
    """
    from studio.render.cache import Cache

    kept = Cache()
    if what == "clear":
        kept.clear()
    found = kept.info()
    if as_json:
        return say_json(found)
    say(f"{found['folder']}: {count(found['clips'], 'clip')}, {found['bytes'] / 1e6:.1f} of {found['limit'] / 1e6:.0f} MB")


@main.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@talking
def schema(targets: Sequence[str], as_json: bool, verbose: bool):
    """Print the JSON Schema of a scene YAML.

    With targets, such as a folder of scenes, also with the keys that these declare.
    """
    from studio.output.contents import own_keys

    say_json(own_keys(targets).model_json_schema())


@main.command()
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
        for together in [targets] if targets else [[name] for name in (*folders.ours(), *spec.FILMS)]:
            specs, wrong = gathered(together, overrides)
            problems |= dict.fromkeys(wrong)
            scenes += [scene for each in specs for scene in scenes_of(each) if scene not in scenes]
            cards += [(part, each.source) for each in specs for part in parts_of(each) if isinstance(part, CardSpec)]
    in_vain = {each.message.problem: None for each in noted if isinstance(each.message, InVain)}
    for other in (each.message for each in noted if not isinstance(each.message, InVain)):
        warn(str(other))
    return scenes, cards, problems, in_vain


def _make(what: str, make: Callable, specs: Sequence, as_json: bool, output: Path, quality: str | None, fps: int | None,
          size: str | None, jobs: int | None, cluster: str | None, verbose: bool) -> None:
    """Makes spec after spec, and says what there is now."""
    from studio.plan.film import parts_of, scenes_of
    from studio.render.quality import parse

    chosen, results = parse(quality, fps, size), []
    _look_at_themes(scene.theme for spec in specs for scene in scenes_of(spec))
    for spec in specs:
        parts = parts_of(spec) if what == "rendering" else scenes_of(spec)
        with progress(sum(len(part.wanted) for part in parts), f"{what} {spec.name}") as done:
            results.append(make(spec, chosen, output, cluster or jobs or cores(), progress=done))
    sums = {key: sum(getattr(result, key) for result in results) for key in ("frames", "rendered", "cached", "seconds")}
    if as_json:
        return say_json({"files": [str(file) for result in results for file in result.files]} | sums)
    for result in results:
        say_files(result.files if verbose else result.files[:1])
    made = f"{count(sums['rendered'], 'clip')}{' and {cached} from the cache' if sums['cached'] else ''}".format(**sums)
    tell(f"{made}, {sums['frames']} frames, {sums['seconds']:.1f} s")


def _look_at_themes(names: Iterable[str]) -> None:
    """Warns of what is hard to see in the themes of these names. UserError if what is written could not be read at all."""
    from studio.check.themes import hard_to_see

    problems = [problem for name in dict.fromkeys(names) for problem in hard_to_see(name)]
    if illegible := [problem for problem in problems if problem.kind == "illegible"]:
        raise UserError(illegible)
    for problem in problems:
        warn(str(problem))
