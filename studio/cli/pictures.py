"""Commands that draw: videos, storyboards, slides."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import click

from studio.cli.options import compacting, drawing, narrating, overriding, talking, trusting
from studio.console import PLACE, Place, cores, progress, say_files, say_json, tell, warn
from studio.errors import UserError, count


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--captions", type=click.Choice(["burned", "track", "none"]), help="In the picture, as subtitles, or not at all "
              "(default: in the picture; a film holds subtitles as well, which a player shows when it is told to).")
@click.option("--format", "names", multiple=True, default=("mp4",), metavar="NAME",
              help="What clips are written as: mp4 (default), gif, webm, mov, png (the last picture) or webp; more than once for several.")
@click.option("--transparent", is_flag=True, help="Nothing behind what is drawn: webm, mov, png, webp.")
@click.option("--width", type=click.IntRange(64, 8192), metavar="N", help="Of gif and webp, in pixels (default: 960 at most).")
@click.option("--loops", type=click.IntRange(0, 65535), metavar="N", help="How often gif and webp play (default: 0, for ever).")
@click.option("--prores", is_flag=True, help="mov as ProRes 4444, not as QuickTime Animation.")
@click.option("--no-cache", is_flag=True, help="Draw everything, also what is kept from an earlier render, and keep nothing.")
@compacting(False)
@overriding
@narrating
@trusting
@drawing
@talking
def render(targets: Sequence[str], captions: str | None, names: Sequence[str], transparent: bool, width: int | None, loops: int | None,
           prores: bool, no_cache: bool, allow_commands: bool, overrides: list[str], as_json: bool, **options):
    """Make videos of steps, scenes and films.

    Without a target: the film. A step that has been rendered and has not changed since is not rendered again. Whole scenes and films
    are put together as MP4; of all else there is a file for each step.

    \b
    animformer render qkv -q preview
    animformer render qkv/blend attention_matrix --size 1280x720 --fps 25
    animformer render my.yaml --set sentence="a cat on a mat" --set focus=cat
    animformer render film --narrator heart --captions track
    animformer render qkv/blend --format gif --width 640 --loops 1
    animformer render qkv/blend --bare --transparent --format webm --format png
    """
    from studio.output.film import render_film, wanted_of
    from studio.plan.film import loaded
    from studio.render.cache import Cache
    from studio.render.formats import chosen

    formats = chosen(names, transparent=transparent, width=width, loops=loops, prores=prores)
    if captions == "track" and "mp4" not in names:
        warn("--captions track: only mp4 holds subtitles")
    cache = None if no_cache else Cache()
    make = partial(render_film, captions=captions, cache=cache, formats=formats, allow_commands=allow_commands)
    _make("rendering", make, loaded(targets or ("film",), overrides), as_json, wanted=partial(wanted_of, formats=formats), **options)


@click.command()
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


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--to", "kinds", multiple=True, default=("pptx",), type=click.Choice(["pptx", "html", "pdf", "manim-slides"]),
              help="What kind of deck (default: pptx); more than once for several.")
@click.option("--titles", is_flag=True, help="Captions stand on the slides, not only in the notes.")
@click.option("--loop", is_flag=True, help="Clips begin again when they end.")
@click.option("--template", type=Place(exists=True, dir_okay=False, path_type=Path), metavar="FILE.pptx",
              help="A PowerPoint file whose look is taken.")
@click.option("--each", type=click.Choice(["1", "2", "4", "6"]), default="4", help="Pictures on a page of the pdf (default: 4).")
@compacting(True)
@overriding
@narrating
@trusting
@drawing
@talking
def deck(targets: Sequence[str], kinds: Sequence[str], titles: bool, loop: bool, template: Path | None, each: str, allow_commands: bool,
         overrides: list[str], as_json: bool, **options):
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
    make = partial(make_deck, cache=Cache(), kinds=kinds, titles=titles, loop=loop, template=template, each=int(each),
                   allow_commands=allow_commands)
    specs = loaded(targets or ("film",), overrides)
    _make("drawing", make, specs if len(specs) == 1 else [side_by_side(specs, "deck")], as_json, **options)


@click.command()
@click.option("-o", "--output", type=PLACE, default=Path("out"), metavar="DIR", help="Where clips have been rendered to (default: out).")
@talking
def gallery(output: Path, as_json: bool, verbose: bool):
    """Make a page of what has been rendered.

    DIR/index.html: every clip with its caption, its files, and the values of the tensors that it shows. It needs no network, and links
    to the files beside it alone. Clips that go on the web with it are best made compact.

    \b
    animformer render qkv --compact
    animformer gallery
    """
    from studio.output.gallery import make_gallery

    page = make_gallery(output)
    say_json({"files": [str(page)]}) if as_json else say_files([page])


def _make(what: str, make: Callable, specs: Sequence, as_json: bool, output: Path, quality: str | None, fps: int | None,
          jobs: int | None, cluster: str | None, verbose: bool, compact: bool = False, wanted: Callable | None = None) -> None:
    """Makes spec after spec, and says what there is now. wanted: all that is made of one; without it, all steps of its scenes."""
    from studio.plan.film import frame_of, scenes_of
    from studio.render.quality import parse

    results, qualities = [], [parse(quality, fps, frame_of(spec), compact) for spec in specs]
    _look_at_themes(scene.theme for spec in specs for scene in scenes_of(spec))
    for spec, chosen in zip(specs, qualities, strict=True):
        n_clips = len(wanted(spec)) if wanted else sum(len(scene.wanted) for scene in scenes_of(spec))
        with progress(n_clips, f"{what} {spec.name}") as done:
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
        warn(problem)
