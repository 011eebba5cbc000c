"""The script: all captions in order, in every language."""

from collections.abc import Sequence
from itertools import zip_longest

from scenes.base.spec import CardSpec, SceneSpec
from studio.output.contents import played, seconds_of
from studio.output.spoken import languages
from studio.plan.film import acts_of, parts_of, title, translated
from studio.progress import SILENT, Progress
from studio.read.spec import FilmSpec


def script(target: SceneSpec | FilmSpec, progress: Progress = SILENT) -> list[dict]:
    """All captions of a target as they follow each other, in each language: where they stand, when they begin, in seconds, and what
    they say, by language. The captions are those of what is shown: the user's own, or of weights that have not been trained.
    progress: is told of each scene that has to be played."""
    lines, start = [], 0.0
    acts = {scene.name: act for act, scenes in acts_of(target) for scene in scenes} if isinstance(target, FilmSpec) else {}
    for part in parts_of(target):
        if isinstance(part, CardSpec):
            start += seconds_of(part)
            continue
        for step, caption, seconds in played(part, progress=progress):
            said = {code: translated(part, step, caption, language) for code, language in languages(part).items()}
            lines.append({"act": acts.get(part.name, ""), "scene": part.name, "title": title(part), "step": step,
                          "start": round(start, 3), "captions": said})
            start += seconds
    return lines


def written(lines: Sequence[dict]) -> str:
    """The captions of a film under its acts and scenes, each with the time at which it begins."""
    rows, act, scene = [], "", ""
    for line in lines:
        if line["act"] != act:
            act = line["act"]
            rows += ["", act.upper()]
        if line["scene"] != scene:
            scene = line["scene"]
            rows += ["", f"{scene}  {line['title']}"]
        minutes, seconds = divmod(int(line["start"]), 60)
        heads = [f"{minutes}:{seconds:02}  {line['step']}"]
        rows += [f"  {head:<28}{caption}" for head, caption in zip_longest(heads, line["captions"].values(), fillvalue="")]
    return "\n".join(rows).lstrip("\n")
