"""A deck for PowerPoint, Keynote, LibreOffice: a clip plays when its slide comes, its last frame stands before and after."""

import io
from collections.abc import Iterable
from pathlib import Path
from zipfile import BadZipFile

from lxml import etree
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.exc import PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from scenes.base.theme import Theme
from studio.errors import Problem, UserError, visible
from studio.output.deck.slides import Chapter, Deck, Slide

WIDTH = Emu(12_192_000)                   # of a slide of our own; its height is as the video's is
TITLE_ONLY = 5                            # which layout of python-pptx's own template has a title and nothing else
MARGIN, LINE = Inches(0.5), Inches(0.9)   # beside a title, and its height
TITLE, CHAPTER = Pt(28), Pt(54)
TITLES = (KIND.TITLE, KIND.CENTER_TITLE)
PLACES = (KIND.MEDIA_CLIP, KIND.PICTURE, KIND.OBJECT)   # of a template: where a clip may stand
# What Office calls the colours of a theme, and ours: background, text, and accents.
SCHEME = {"lt1": "background", "dk1": "text", "lt2": "surface", "dk2": "muted", "accent1": "query", "accent2": "key", "accent3": "value",
          "accent4": "output", "accent5": "line", "accent6": "muted", "hlink": "query", "folHlink": "value"}
# ECMA-376 part 1, 19.5: play as soon as the slide is there (afterEffect), and what holds the clip.
TIMING = """<p:timing xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:tnLst><p:par>
<p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot"><p:childTnLst>
<p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>
<p:par><p:cTn id="3" fill="hold"><p:stCondLst><p:cond delay="indefinite"/><p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond></p:stCondLst>
<p:childTnLst><p:par><p:cTn id="4" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
<p:par><p:cTn id="5" presetID="1" presetClass="mediacall" presetSubtype="0" fill="hold" nodeType="afterEffect">
<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst><p:cmd type="call" cmd="playFrom(0.0)"><p:cBhvr>
<p:cTn id="6" dur="{milliseconds}" fill="hold"/><p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cBhvr></p:cmd></p:childTnLst></p:cTn></p:par>
</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn>
<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>
<p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst></p:seq>
<p:video><p:cMediaNode vol="80000"><p:cTn id="7"{repeat} fill="hold" display="0"><p:stCondLst><p:cond delay="indefinite"/></p:stCondLst></p:cTn>
<p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cMediaNode></p:video>
</p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"""
FOREVER = ' repeatCount="indefinite"'


def write(deck: Deck, path: Path, template=None) -> None:
    """Writes a deck as .pptx: a slide with the title of each chapter where there are several, then its clips.

    template: a presentation whose look is taken, from `opened`; a clip goes where it has a placeholder for one.
    """
    ratio = deck.quality.width / deck.quality.height
    stage = _Template(template, ratio) if template else _Own(deck.theme, ratio)
    for chapter in deck.chapters:
        if len(deck.chapters) > 1:
            stage.chapter(chapter)
        for slide in chapter.slides:
            page = stage.presentation.slides.add_slide(stage.layout)
            movie = stage.fill(page, slide, deck.titles)
            _play(page, movie, slide, deck.loop)
            page.notes_slide.notes_text_frame.text = slide.caption
    stage.presentation.core_properties.title = deck.title
    stage.presentation.core_properties.language = deck.language
    stage.presentation.save(str(path))


class _Own:
    """Slides of our own: as the video is wide and high, in the colours of its theme."""

    def __init__(self, theme: Theme, ratio: float):
        self.presentation, self.ratio = Presentation(), ratio
        self.width, self.height = WIDTH, Emu(round(WIDTH / ratio))
        self.presentation.slide_width, self.presentation.slide_height = self.width, self.height
        self.layout = self.presentation.slide_layouts[TITLE_ONLY]
        _colour(self.presentation, theme)

    def chapter(self, chapter: Chapter) -> None:
        """A slide with the title of a chapter, in large letters."""
        slide = self.presentation.slides.add_slide(self.layout)
        self._title(slide, chapter.title, 0, self.height, CHAPTER)

    def fill(self, slide, shown: Slide, titles: bool):
        """Puts a clip on a slide, as large as can be or below its title. A title out of sight is read out by screen readers."""
        top = LINE if titles else 0
        self._title(slide, shown.caption, top - LINE, LINE, TITLE)
        return _movie(slide, shown, self.ratio, 0, top, self.width, self.height - top)

    def _title(self, slide, text: str, top: int, height: int, size: Pt) -> None:
        title = slide.shapes.title
        title.left, title.top, title.width, title.height = MARGIN, top, self.width - 2 * MARGIN, height
        title.text_frame.text, title.text_frame.word_wrap, title.text_frame.vertical_anchor = text, True, MSO_ANCHOR.MIDDLE
        paragraph = title.text_frame.paragraphs[0]
        paragraph.font.size, paragraph.alignment = size, PP_ALIGN.CENTER
        paragraph.font.color.theme_color = MSO_THEME_COLOR.TEXT_1


class _Template:
    """Slides of somebody else's template, without those that it has already."""

    def __init__(self, presentation, ratio: float):
        self.presentation, self.ratio = presentation, ratio
        layouts = list(presentation.slide_layouts)
        self.layout = _layout(presentation)
        self.titled = next((layout for layout in layouts if _with(layout, *TITLES) and not _with(layout, *PLACES)), self.layout)
        for slide in list(self.presentation.slides._sldIdLst):
            self.presentation.part.drop_rel(slide.rId)
            self.presentation.slides._sldIdLst.remove(slide)

    def chapter(self, chapter: Chapter) -> None:
        """A slide with the title of a chapter."""
        slide = self.presentation.slides.add_slide(self.titled)
        slide.shapes.title.text_frame.text = chapter.title
        _drop(shape for shape in slide.placeholders if shape != slide.shapes.title)

    def fill(self, slide, shown: Slide, titles: bool):
        """Puts a clip where the slide has a placeholder for it."""
        slide.shapes.title.text_frame.text = shown.caption if titles else ""
        place = _place(slide)
        room = place.left, place.top, place.width, place.height
        _drop(shape for shape in slide.placeholders if shape != slide.shapes.title)
        return _movie(slide, shown, self.ratio, *room)


def opened(path: Path):
    """A template. Raises UserError if it cannot be read, or has no place for a clip."""
    try:
        presentation = Presentation(str(path))
    except (PythonPptxError, BadZipFile, KeyError, ValueError, OSError, etree.XMLSyntaxError) as error:
        message, hint = "cannot be read as a PowerPoint file", "give a .pptx, saved by PowerPoint or LibreOffice"
        raise UserError([Problem(message, str(path), kind="template", hint=hint)]) from error
    if _layout(presentation) is None:
        message = "no layout has a title and a placeholder for a video, a picture or any content"
        raise UserError([Problem(message, str(path), kind="template", hint="add one in the slide master, or leave --template out")])
    return presentation


def _layout(presentation):
    """The layout with a title that has most room for a clip; None if none has any."""
    layouts = [layout for layout in presentation.slide_layouts if _with(layout, *TITLES) and _with(layout, *PLACES)]
    return max(layouts, key=lambda layout: _area(_place(layout)), default=None)


def _place(page):
    """The largest placeholder of a layout or slide that a clip may stand in."""
    return max((shape for shape in page.placeholders if shape.placeholder_format.type in PLACES), key=_area)


def _area(shape) -> int:
    return shape.width * shape.height


def _with(layout, *kinds: KIND) -> bool:
    return any(shape.placeholder_format.type in kinds for shape in layout.placeholders)


def _drop(shapes: Iterable) -> None:
    for shape in list(shapes):
        shape._element.getparent().remove(shape._element)


def _movie(slide, shown: Slide, ratio: float, left: int, top: int, width: int, height: int):
    """The clip on a slide, in the middle of a room and as large as it can be there. ratio: its width by its height."""
    wide, high = min(width, round(height * ratio)), min(height, round(width / ratio))
    x, y = left + (width - wide) // 2, top + (height - high) // 2
    movie = slide.shapes.add_movie(io.BytesIO(shown.movie), x, y, wide, high, io.BytesIO(shown.picture), "video/mp4")
    movie.name = visible(shown.id)        # XML has not every character that names of files have
    movie._element.nvPicPr.cNvPr.set("descr", shown.caption)
    return movie


def _play(slide, movie, shown: Slide, loop: bool) -> None:
    """Lets the clip play when its slide comes, and with `loop` for ever."""
    timing = TIMING.format(milliseconds=round(shown.seconds * 1000), shape=movie.shape_id, repeat=FOREVER if loop else "")
    there = slide.element.find(qn("p:timing"))
    there.getparent().replace(there, etree.fromstring(timing))


def _colour(presentation, theme: Theme) -> None:
    """Gives a presentation the colours of a theme, so that what somebody adds to it has them as well."""
    part = presentation.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    tree = etree.fromstring(part.blob)
    scheme = tree.find(f".//{qn('a:clrScheme')}")
    scheme.set("name", theme.name or "animformer")
    for slot, role in SCHEME.items():
        colour = scheme.find(qn(f"a:{slot}"))
        colour[:] = [etree.Element(qn("a:srgbClr"), val=theme.colours[role].removeprefix("#").upper())]
    part._blob = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
