"""Decks: what is on their slides, read back by other programs, and how they play."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from pptx import Presentation

from studio import cli
from studio.errors import UserError
from studio.output.deck import html, manim_slides, pdf, pptx
from studio.output.deck.slides import Chapter, Deck, Slide
from studio.output.film import Result
from studio.read import assets
from studio.render.encoder import ClipEncoder
from studio.render.quality import Quality

SMALL = Quality("small", 160, 90, 10)
P, A = "{http://schemas.openxmlformats.org/presentationml/2006/main}", "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# ECMA-376 part 1, the order of what a slide and the properties of a picture hold.
SLIDE_ORDER = ["cSld", "clrMapOvr", "transition", "timing", "extLst"]
TIMING_ORDER = ["tnLst", "bldLst", "extLst"]
# The same for what is within, of which we write something: what each holds, in this order.
ORDERS = {
    "presentation": ["sldMasterIdLst", "notesMasterIdLst", "handoutMasterIdLst", "sldIdLst", "sldSz", "notesSz", "defaultTextStyle", "extLst"],
    "sld": SLIDE_ORDER, "timing": TIMING_ORDER, "cSld": ["bg", "spTree", "custDataLst", "controls", "extLst"],
    "pic": ["nvPicPr", "blipFill", "spPr", "style", "extLst"], "nvPicPr": ["cNvPr", "cNvPicPr", "nvPr"],
    "nvPr": ["ph", "videoFile", "custDataLst", "extLst"], "blipFill": ["blip", "srcRect", "stretch"], "spPr": ["xfrm", "prstGeom"],
    "cTn": ["stCondLst", "endCondLst", "endSync", "iterate", "childTnLst", "subTnLst"], "seq": ["cTn", "prevCondLst", "nextCondLst"],
    "cBhvr": ["cTn", "tgtEl", "attrNameLst"], "cMediaNode": ["cTn", "tgtEl"], "sp": ["nvSpPr", "spPr", "style", "txBody"],
    "txBody": ["bodyPr", "lstStyle", "p"], "p": ["pPr", "r", "endParaRPr"], "r": ["rPr", "t"],
}
FRAMES = 12
HOSTILE = 'A <b>"caption"</b> & 中文 --> ${title}'


def clip(folder: Path, shade: int) -> bytes:
    """A clip that gets lighter from a shade on."""
    path = folder / f"{shade}.mp4"
    encoder = ClipEncoder(path, SMALL)
    for frame in range(FRAMES):
        encoder.write(np.full((SMALL.height, SMALL.width, 4), min(255, shade + 8 * frame), np.uint8))
    encoder.close()
    return path.read_bytes()


def still(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (SMALL.width, SMALL.height), (shade,) * 3).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """Two chapters of two slides and one."""
    folder = tmp_path_factory.mktemp("clips")

    def slide(name: str, shade: int, caption: str) -> Slide:
        return Slide(name, caption, clip(folder, shade), still(min(255, shade + 8 * (FRAMES - 1))), FRAMES / SMALL.fps)

    chapters = (
        Chapter("qkv", "Queries <&> keys", (slide("qkv/one", 0, "The first."), slide("qkv/two", 60, HOSTILE))),
        Chapter("mlp", "MLP", (slide("mlp/relu", 120, "The third."),)),
    )
    return Deck(title="A film", chapters=chapters, theme=assets.theme("dark"), language="en", quality=SMALL)


def on(deck: Deck, **changes) -> Deck:
    from dataclasses import replace

    return replace(deck, **changes)


# PowerPoint

def written(deck: Deck, folder: Path, template=None):
    path = folder / "deck.pptx"
    pptx.write(deck, path, template)
    return Presentation(path)


def movie_of(slide):
    return next((shape for shape in slide.shapes if shape.shape_type is not None and "MEDIA" in str(shape.shape_type)), None)


def test_every_step_is_a_slide_and_every_chapter_begins_with_one(deck, tmp_path):
    slides = list(written(deck, tmp_path).slides)
    assert [slide.shapes.title.text for slide in slides] == ["Queries <&> keys", "The first.", HOSTILE, "MLP", "The third."]
    assert [bool(movie_of(slide)) for slide in slides] == [False, True, True, False, True]
    shown = [slide for slide in slides if movie_of(slide)]
    for slide, said in zip(shown, deck.slides, strict=True):
        movie = movie_of(slide)
        assert slide.notes_slide.notes_text_frame.text == said.caption == movie._element.nvPicPr.cNvPr.get("descr")
        assert movie.poster_frame.blob == said.picture
        related = {rel.reltype.rpartition("/")[2]: rel for rel in slide.part.rels.values()}
        assert related["video"].target_part.blob == said.movie == related["media"].target_part.blob


def test_one_scene_has_no_slide_with_its_title(deck, tmp_path):
    slides = written(on(deck, chapters=deck.chapters[:1]), tmp_path).slides
    assert [bool(movie_of(slide)) for slide in slides] == [True, True]


def test_a_clip_plays_when_its_slide_comes_and_its_xml_is_in_order(deck, tmp_path):
    for loop in (False, True):
        for slide in written(on(deck, loop=loop), tmp_path).slides:
            names = [child.tag.rpartition("}")[2] for child in slide.element]
            assert names == [name for name in SLIDE_ORDER if name in names]
            if not (movie := movie_of(slide)):
                continue
            timing = slide.element.find(f"{P}timing")
            inside = [child.tag.rpartition("}")[2] for child in timing]
            assert inside == [name for name in TIMING_ORDER if name in inside]
            command = timing.find(f".//{P}cmd")
            assert command.get("cmd") == "playFrom(0.0)" and command.find(f".//{P}cTn").get("dur") == "1200"
            assert {target.get("spid") for target in timing.iter(f"{P}spTgt")} == {str(movie.shape_id)}
            kinds = [node.get("nodeType") for node in timing.iter(f"{P}cTn") if node.get("nodeType")]
            assert kinds == ["tmRoot", "mainSeq", "afterEffect"]
            assert timing.find(f".//{P}cMediaNode/{P}cTn").get("repeatCount") == ("indefinite" if loop else None)
            ids = [node.get("id") for node in timing.iter(f"{P}cTn")]
            assert len(ids) == len(set(ids))


def test_everything_in_a_slide_is_in_the_order_of_the_schema(deck, tmp_path):
    """PowerPoint repairs, or refuses, a file in which it is not."""
    for made in (written(on(deck, loop=True, titles=True), tmp_path), written(deck, tmp_path, pptx.opened(_corporate(tmp_path)))):
        looked_at = set()
        for part in (made, *made.slides):
            for node in (element for element in part.element.iter() if isinstance(element.tag, str)):
                name, *inside = (each.tag.rpartition("}")[2] for each in (node, *node))
                if order := ORDERS.get(name):
                    looked_at.add(name)
                    assert inside == sorted(inside, key=order.index), name
        assert looked_at == set(ORDERS)


def _corporate(folder: Path) -> Path:
    Presentation().save(folder / "plain.pptx")
    return folder / "plain.pptx"


def test_clips_fill_the_slide_or_stand_below_their_titles(deck, tmp_path):
    bare = written(deck, tmp_path)
    assert (movie := movie_of(bare.slides[1])) and (movie.left, movie.top, movie.width) == (0, 0, bare.slide_width)
    assert bare.slides[1].shapes.title.top + bare.slides[1].shapes.title.height <= 0
    titled = written(on(deck, titles=True), tmp_path)
    title, movie = titled.slides[1].shapes.title, movie_of(titled.slides[1])
    assert title.top == 0 and title.top + title.height <= movie.top and movie.top + movie.height <= titled.slide_height
    assert abs(movie.width / movie.height - SMALL.width / SMALL.height) < 0.001


def test_slides_are_as_wide_as_the_video_and_in_the_colours_of_its_theme(deck, tmp_path):
    for size, ratio in ((SMALL, 16 / 9), (Quality("old", 160, 120, 10), 4 / 3)):
        made = written(on(deck, quality=size), tmp_path)
        assert abs(made.slide_width / made.slide_height - ratio) < 0.001
    with zipfile.ZipFile(tmp_path / "deck.pptx") as file:
        scheme = file.read("ppt/theme/theme1.xml").decode()
    assert re.search(r"<a:lt1><a:srgbClr val=\"(\w+)\"", scheme)[1].lower() == deck.theme.colours["background"][1:]
    assert re.search(r"<a:dk1><a:srgbClr val=\"(\w+)\"", scheme)[1].lower() == deck.theme.colours["text"][1:]


def test_a_clip_goes_where_a_template_has_a_place_for_it(deck, tmp_path):
    template = Presentation()
    template.slides.add_slide(template.slide_layouts[0]).shapes.title.text = "theirs"
    template.save(tmp_path / "corporate.pptx")
    made = written(deck, tmp_path, pptx.opened(tmp_path / "corporate.pptx"))
    assert (made.slide_width, made.slide_height) == (template.slide_width, template.slide_height)
    assert "theirs" not in [slide.shapes.title.text for slide in made.slides]
    place = next(shape for shape in template.slide_layouts[1].placeholders if "OBJECT" in str(shape.placeholder_format.type))
    movie = movie_of(made.slides[1])
    assert made.slides[1].slide_layout.name == template.slide_layouts[1].name
    assert place.left <= movie.left and movie.left + movie.width <= place.left + place.width + 1
    assert place.top <= movie.top and movie.top + movie.height <= place.top + place.height + 1


def test_what_is_no_template_is_said_before_anything_is_drawn(tmp_path):
    (tmp_path / "text.pptx").write_text("no zip")
    with zipfile.ZipFile(tmp_path / "zip.pptx", "w") as file:
        file.writestr("a.txt", "nothing")
    bare = Presentation()
    for layout in list(bare.slide_layouts)[:-1]:
        bare.slide_layouts.remove(layout)
    for shape in list(bare.slide_layouts[0].placeholders):
        if "TITLE" not in str(shape.placeholder_format.type):
            shape._element.getparent().remove(shape._element)
    bare.save(tmp_path / "bare.pptx")
    for name, message in (("text.pptx", "cannot be read"), ("zip.pptx", "cannot be read"), ("bare.pptx", "no layout has")):
        with pytest.raises(UserError, match=message):
            pptx.opened(tmp_path / name)


# Browsers

@pytest.fixture
def page(deck, tmp_path, browser):
    """The deck as a browser has opened it, and what the browser asked for."""
    html.write(deck, tmp_path / "deck.html")
    page = browser.new_page(viewport={"width": 960, "height": 540}, bypass_csp=True)
    page.asked, page.wrong = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.goto((tmp_path / "deck.html").as_uri())
    page.wait_for_function("document.querySelector('section.present')")
    yield page
    assert page.wrong == []
    assert not [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))]


STATE = """() => { const slide = [...document.querySelectorAll('section.present')].pop(), video = slide.querySelector('video');
  return [slide.id, video && video.currentTime, video && video.paused, video && video.ended]; }"""


def test_a_browser_plays_each_clip_and_goes_forth_and_back(page):
    assert page.evaluate(STATE)[0] == "qkv"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('section.present video')?.currentTime > 0.2")
    assert page.evaluate(STATE)[0] == "qkv/one" and page.evaluate("location.hash") == "#/qkv/one"
    page.keyboard.press("Space")
    page.wait_for_function("document.getElementById('qkv/two').querySelector('video').currentTime > 0.2")
    assert page.evaluate("(v => [v.paused, v.currentTime])(document.getElementById('qkv/one').querySelector('video'))") == [True, 0]
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.getElementById('qkv/one').querySelector('video').currentTime > 1.1")
    name, _, paused, _ = page.evaluate(STATE)
    assert (name, paused) == ("qkv/one", True)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(v => v.currentTime > 0 && v.currentTime < 0.9 && !v.paused)(document.getElementById('qkv/two').querySelector('video'))")


# What is to be seen of the clip of a slide: the red of its corner.
CORNER = """(id) => { const video = document.getElementById(id).querySelector('video'), context = new OffscreenCanvas(4, 4).getContext('2d');
  context.drawImage(video, 0, 0, 4, 4);
  return context.getImageData(0, 0, 1, 1).data[0]; }"""


def test_the_clip_of_every_slide_moves(page, deck):
    ids = ["qkv", "qkv/one", "qkv/two", "mlp", "mlp/relu"]
    for before, slide in pairwise(ids):
        page.wait_for_function(f"location.hash == '#/{before}'")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"location.hash == '#/{slide}'")
        if "/" in slide:
            page.wait_for_function(f"document.getElementById('{slide}').querySelector('video').currentTime > 0.05")
            began = page.evaluate(CORNER, slide)
            page.wait_for_function(f"document.getElementById('{slide}').querySelector('video').ended")
            ended = page.evaluate(CORNER, slide)
            assert ended - began >= 8, slide         # each clip gets lighter, by 88 levels in all


def test_a_link_leads_to_its_slide(page, tmp_path):
    page.goto((tmp_path / "deck.html").as_uri() + "#/mlp/relu")
    page.reload()
    page.wait_for_function("document.querySelector('section.present video')?.currentTime > 0.1")
    assert page.evaluate(STATE)[0] == "mlp/relu"


def test_a_deck_can_be_heard_and_reached_without_a_mouse(page):
    videos = page.evaluate("[...document.querySelectorAll('video')].map(v => [v.muted, v.poster.slice(0, 15), v.getAttribute('aria-label')])")
    assert videos == [[True, "data:image/webp", caption] for caption in ("The first.", HOSTILE, "The third.")]
    assert page.evaluate("[...document.querySelectorAll('aside.notes')].map(n => n.textContent)") == ["The first.", HOSTILE, "The third."]
    page.keyboard.press("ArrowRight")
    axe = (Path(__import__("axe_core_python").__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    assert not [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")], found


# Paper, and other programs

def test_a_handout_has_so_many_pictures_a_page(deck, tmp_path):
    for each, pages in ((1, 3), (2, 2), (4, 1), (6, 1)):
        pdf.write(deck, tmp_path / "deck.pdf", each)
        content = (tmp_path / "deck.pdf").read_bytes()
        assert content.startswith(b"%PDF") and len(re.findall(rb"/Type ?/Page\b", content)) == pages


def test_manim_slides_finds_its_files(deck, tmp_path):
    path = tmp_path / "slides" / "deck.json"
    path.parent.mkdir()
    manim_slides.write(deck, path)
    said = json.loads(path.read_text(encoding="utf-8"))
    assert said["resolution"] == [160, 90] and [slide["notes"] for slide in said["slides"]] == [s.caption for s in deck.slides]
    for slide, shown in zip(said["slides"], deck.slides, strict=True):
        assert (tmp_path / slide["file"]).read_bytes() == shown.movie and (tmp_path / slide["rev_file"]).is_file()


# LibreOffice, where it is

@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice") or not shutil.which("pdftoppm"), reason="no LibreOffice, or nothing that draws its PDF")
def test_libreoffice_shows_the_last_frames(deck, tmp_path):
    pptx.write(deck, tmp_path / "deck.pptx")
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "deck.pptx")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    said = [line for line in done.stderr.splitlines() if "javaldx" not in line]           # that there is no Java, which it does not need here
    assert done.returncode == 0 and not said, done
    subprocess.run(["pdftoppm", "-png", "-r", "20", str(tmp_path / "deck.pdf"), str(tmp_path / "page")], check=True)
    pages = [Image.open(path).convert("L") for path in sorted(tmp_path.glob("page*.png"))]
    assert len(pages) == 5
    for place, slide in zip((1, 2, 4), deck.slides, strict=True):
        (shade,) = {Image.open(io.BytesIO(slide.picture)).convert("L").getpixel((0, 0))}
        assert abs(np.asarray(pages[place]).astype(int)[5:-5, 5:-5] - shade).max() <= 3


# The command

def test_a_deck_is_made_of_what_is_rendered_and_an_old_one_stays_until_it_is_whole(tmp_path, monkeypatch):
    command = ["deck", "keys/key", "-q", "preview", "--size", "160x90", "--fps", "5", "-o", str(tmp_path), "-j", "1", "--json"]
    done = CliRunner().invoke(cli.main, [*command, "--to", "pptx", "--to", "html"])
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert [Path(file).name for file in made["files"]] == ["deck.pptx", "deck.html"] and made["rendered"] + made["cached"] == 1
    movie = next(shape for slide in Presentation(tmp_path / "deck.pptx").slides if (shape := movie_of(slide)))
    assert movie.name == "keys/key"
    before = (tmp_path / "deck.pptx").read_bytes()

    def half(deck, path, template):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(pptx, "write", half)
    assert CliRunner().invoke(cli.main, [*command, "--to", "pptx"]).exit_code == 130
    assert (tmp_path / "deck.pptx").read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".animformer")]


def test_its_clips_are_compact_unless_it_is_said_otherwise(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("studio.output.deck.make_deck", lambda spec, quality, *_, **options: asked.append(quality.compact) or Result((), 0, 0, 0, 0))
    for said in ([], ["--no-compact"]):
        assert CliRunner().invoke(cli.main, ["deck", "keys/key", "-j", "1", "-o", str(tmp_path), "--json", *said]).exit_code == 0
    assert asked == [True, False]


def test_a_wrong_deck_is_said_before_anything_is_drawn(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.pptx").write_text("nothing")
    (tmp_path / "folder" / "deck.pptx").mkdir(parents=True)
    for arguments, message in (
        (["nothing"], "unknown target"), (["keys", "--template", str(tmp_path / "t.pptx")], "cannot be read as a PowerPoint file"),
        (["keys", "--template", str(tmp_path / "none.pptx")], "does not exist"), (["keys", "--to", "odp"], "odp"),
        (["keys", "-o", str(tmp_path / "folder")], "it is a folder"),
    ):
        done = CliRunner().invoke(cli.main, ["deck", *arguments])
        assert done.exit_code == 2 and message in done.output, done.output
        assert "Traceback" not in done.output
