"""A page of what has been rendered: `index.html`, with links to the files beside it and nothing from elsewhere."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any, NamedTuple
from urllib.parse import quote

from scenes.base.theme import Theme
from studio.errors import Problem, UserError, visible
from studio.output.gallery_tensors import tensors
from studio.read import assets, yaml_file
from studio.read.spec import FILMS, load, ready
from studio.render.formats import formats
from studio.store import files

FOLDER, FILE, DEFAULT = assets.ASSETS / "gallery", "index.html", "en"
PLAYED, SEEN = (".mp4", ".webm"), (".gif", ".webp", ".png")              # what a page plays and shows: of each the first that is there
NEEDED = ("id", "title", "theme", "language", "steps")                   # what a description has if it is one
COPY = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true">' \
       '<rect x="5.5" y="5.5" width="8" height="8" rx="1.6"/>' \
       '<path d="M10.5 3.6V3A1.5 1.5 0 0 0 9 1.5H4A1.5 1.5 0 0 0 2.5 3v5A1.5 1.5 0 0 0 4 9.5h.4"/></svg>'


class Video(NamedTuple):
    """What a description says, and the files that it is of."""

    said: Mapping[str, Any]
    files: tuple[Path, ...]


def make_gallery(out: Path) -> Path:
    """Writes `index.html` into a folder that has been rendered to, and returns where it is.

    It looks as the first of the clips does, in its language. UserError if there are no clips, or if it cannot be written.
    """
    clips = [video for path in sorted((out / "clips").glob("*/*.json")) if (video := _video(path))]
    if not clips:
        hint = "animformer render makes some; --output says where they are"
        raise UserError([Problem("no clips have been rendered to here", str(out), kind="nothing", hint=hint)])
    files.check_writable(out, [out / FILE])
    whole = {video.said["id"]: video for path in (out / "scenes").glob("*.json") if (video := _video(path))}
    order = {name: place for place, name in enumerate(dict.fromkeys(_order(out)))}
    clips.sort(key=lambda video: order.get(video.said["id"], len(order)))
    page = _page(clips, whole, out)
    files.write(out / FILE, page.encode(errors="backslashreplace"))
    return out / FILE


def _video(path: Path) -> Video | None:
    """What a description is of; None if it is none, or there is nothing beside it."""
    with suppress(OSError, ValueError):
        said = json.loads(path.read_bytes())
        found = tuple(file for name in formats() if (file := path.with_suffix(f".{name}")).is_file())
        if isinstance(said, dict) and all(key in said for key in NEEDED) and found:
            return Video(said, found)
    return None


def _order(out: Path) -> Iterator[str]:
    """The names of scenes as the films in a folder show them, then as ours do."""
    for path in sorted(out.glob("*.json")):
        with suppress(OSError, ValueError, LookupError, TypeError):
            yield from (scene["id"] for scene in json.loads(path.read_bytes())["scenes"])
    yield from (scene.name for film in ready(FILMS) for scene in load(film).scenes)


def _page(clips: Sequence[Video], whole: Mapping[str, Video], out: Path) -> str:
    first = clips[0].said
    words, theme = _words(str(first["language"])), _theme(first)
    scenes = groupby(clips, key=lambda video: video.said["id"])
    content = "\n".join(_scene(name, list(found), whole.get(name), words, theme, out) for name, found in scenes)
    page = Template(_file("gallery.html"))
    said = {"language": escape(str(first["language"])), "content": content, "style": _file("gallery.css")}
    said |= {key: escape(words[key]) for key in ("title", "search", "nothing")}
    fonts = theme.fonts.subsets(content + "".join(words.values()))
    families = [f"Stage{number}" for number in range(len(fonts))]
    faces = [f'@font-face {{ font-family: {name}; font-weight: 100 900; src: url(data:font/otf;base64,{base64.b64encode(font).decode()}) }}'
             for name, font in zip(families, fonts, strict=True)]
    colours = "; ".join([*(f"--{role}: {colour}" for role, colour in theme.colours.items()), f"--fonts: {', '.join(families)}"])
    script = _file("gallery.js").replace("COPIED", json.dumps(words["copied"]))
    return page.substitute(said, fonts="\n".join(faces), colours=colours, script=script)


def _scene(name: str, clips: Sequence[Video], whole: Video | None, words: Mapping[str, str], theme: Theme, out: Path) -> str:
    """A heading and the clips of a scene."""
    title, known = escape(str(clips[0].said["title"])), escape(visible(str(name)))
    listed = f'<ul class="files">{_links(whole.files, words, out)}</ul>' if whole else ""
    cards = "\n".join(_card(video, words, theme, out) for video in clips)
    head = f'<h2 dir="auto">{title}<small>{known}</small></h2>{listed}'
    return f'<section data-name="{title} {known}">{head}\n<div class="clips">\n{cards}\n</div></section>'


def _card(video: Video, words: Mapping[str, str], theme: Theme, out: Path) -> str:
    """A clip: the picture that moves, its caption, its files and its tensors."""
    step = video.said["steps"][0]
    caption, known = escape(str(step["caption"])), escape(visible(str(step["id"])))
    return (
        f'<article>{_picture(video, words["play"].format(caption=caption), out)}<div class="said"><p dir="auto">{caption}</p>'
        f'<p class="id">{known} · {video.said.get("seconds", 0):.1f} s</p>'
        f'<ul class="files" aria-label="{escape(words["formats"])}">{_links(video.files, words, out)}</ul>'
        f'{tensors(video.said.get("tensors", ()), words, theme)}</div></article>'
    )


def _picture(video: Video, label: str, out: Path) -> str:
    there = {file.suffix: file for file in video.files}
    played = next((there[suffix] for suffix in PLAYED if suffix in there), None)
    seen = next((there[suffix] for suffix in (SEEN[::-1] if played else SEEN) if suffix in there), None)
    size = f'width="{video.said.get("width", 16):d}" height="{video.said.get("height", 9):d}"'
    if played:
        linked = f'src="{_link(played, out)}"' + (f' poster="{_link(seen, out)}"' if seen else "")
        return f'<video class="picture" controls muted playsinline preload="none" {size} {linked} aria-label="{label}"></video>'
    return f'<img class="picture" loading="lazy" {size} src="{_link(seen, out)}" alt="{label}">' if seen else ""


def _links(paths: Sequence[Path], words: Mapping[str, str], out: Path) -> str:
    """Files, each with a button that copies its path."""
    return "".join(
        f'<li><a href="{_link(path, out)}">{path.suffix[1:]}</a><button type="button" data-copy aria-label="{escape(words["copy"])}: '
        f'{escape(visible(path.name))}" title="{escape(words["copy"])}">{COPY}</button></li>' for path in paths
    )


def _link(path: Path, out: Path) -> str:
    return quote(str(path.relative_to(out)), errors="surrogateescape")


def _words(language: str) -> Mapping[str, str]:
    there = FOLDER / f"words.{language}.yaml"
    file = there if there.parent == FOLDER and there.is_file() else FOLDER / f"words.{DEFAULT}.yaml"
    return yaml_file.read(file, file.name).values


def _theme(said: Mapping[str, Any]) -> Theme:
    """The theme that a clip is drawn in, or the first one of ours if that is gone."""
    try:
        return assets.theme(said["theme"], said["language"])
    except UserError:
        return assets.theme(assets.themes()[0])


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
