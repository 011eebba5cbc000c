"""What a user begins with: a YAML with every key that it may have, and the folder of a scene.

All that is said of a key, its default and its choices is from where the key is declared.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from scenes.base.spec import SceneSpec
from studio.errors import Problem, UserError
from studio.plan.film import title
from studio.read import assets, keys, spec, yaml_file
from studio.read.folders import ROOT, folder, ours, shown
from studio.read.keys import LookKeys, SceneKeys
from studio.read.spec import FilmSpec
from studio.read.words import words
from studio.store import files

STARTER = ROOT / "assets/starter"
SCHEMA = ROOT / "assets/schema/scene.schema.json"
COLUMN = 36                               # where comments begin, if they can
HEAD = """\
{schema}# {title}. Change a line, then: animformer render {name} -q preview
# What is behind a # is the default, or an example: to say something else, take the # away. `animformer check {name}` tells mistakes.
"""


def new_file(path: Path, source: str) -> Path:
    """Makes a YAML to be tweaked, of a scene, a step or a film. Returns its path, which ends in .yaml. UserError if it is there already."""
    path = path if path.suffix.lower() in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
    found = spec.load(source)
    text = "\n".join(_of_film(found, source) if isinstance(found, FilmSpec) else _of_scene(found))
    called = found.title if isinstance(found, FilmSpec) else title(found)
    known = isinstance(found, SceneSpec) and folder(found.scene).ours      # it is of scenes, and of the keys that ours declare
    schema = f"# yaml-language-server: $schema={SCHEMA}\n" if known else ""
    _create(path, HEAD.format(schema=schema, title=called, name=shown(path.absolute())) + text + "\n")
    return path


def new_scene(path: Path) -> list[Path]:
    """Makes the folder of a scene that renders as it stands. Returns its files. UserError if something of that name is there already."""
    if os.path.lexists(path):
        raise UserError([Problem("is there already", shown(path), kind="exists", hint="give the scene another name")])
    files.check_writable(path, [])
    made = [path / source.name for source in sorted(STARTER.iterdir()) if source.is_file()]
    for target in made:
        _create(target, (STARTER / target.name).read_text(encoding="utf-8"))
    return made


def choices(key: str, field: FieldInfo) -> str:
    """What a key may be, if that can be listed: `post, pre`, or `0 to 4`."""
    if key == "theme":
        return ", ".join(assets.themes())
    literals = [part for part in (field.annotation, *get_args(field.annotation)) if get_origin(part) is Literal]
    if literals:
        return ", ".join(map(str, get_args(literals[0])))
    least, most = keys.bounds(field)
    if least is not None and most is not None:
        return f"{least} to {most}"
    return "" if least is None else f"at least {least}"


def _of_scene(found: SceneSpec) -> Iterator[str]:
    """The lines of a scene: what its own YAML says, and behind a # all that it could say."""
    said = spec.layer_of(Path(found.source)).values | {"scene": found.scene}
    said |= {"steps": list(found.wanted)} if found.wanted != found.order else {}
    own = keys.model_of(folder(found.scene).facts.own_keys)
    yield from _lines(said, own.model_fields, _examples(found))


def _of_film(found: FilmSpec, source: str) -> Iterator[str]:
    """The lines of a film: its acts and scenes, and behind a # what it could say of all its scenes."""
    path = spec.find(source)[0][0]
    said = spec.layer_of(path).values
    yield f"title: {written(said['title'])}" if "title" in said else "# title: My film"
    yield "scenes:"
    yield from (f"  - {written(_anywhere(entry, path.parent))}" for entry in said["scenes"])
    yield ""
    yield "# For all of its scenes:"
    rest = {key: value for key, value in said.items() if key not in spec.OF_A_FILM}
    of_all = {key: field for key, field in SceneKeys.model_fields.items() if key not in ("scene", "tokens", "steps", "captions", "voice")}
    yield from _lines(rest, of_all, _examples(found.scenes[0]))


def _anywhere(entry: Any, home: Path) -> Any:
    """An entry of a film as a film elsewhere would have it."""
    if isinstance(entry, Mapping):
        return {key: _anywhere(value, home) if key == "scene" else value for key, value in entry.items()}
    return entry if entry in ours() else str((home / os.path.expanduser(entry)).resolve())


def _lines(said: Mapping, fields: Mapping[str, FieldInfo], examples: Mapping[str, Any]) -> Iterator[str]:
    """A line for every key, those of the look last."""
    for key in sorted(fields, key=lambda key: key in LookKeys.model_fields):
        if key in keys.NESTED:
            yield from _nested(key, said.get(key), fields[key], examples.get(key, {}))
        else:
            value = said.get(key, examples.get(key, fields[key].default))
            yield _line(f"{'' if key in said else '# '}{key}: {written(value)}", key, fields[key])


def _nested(key: str, said: Mapping | None, field: FieldInfo, examples: Mapping) -> Iterator[str]:
    """The lines of a key with keys of its own."""
    mark = "# " if said is None else ""
    yield _line(f"{mark}{key}:", key, field)
    for part, inner in keys.NESTED[key].model_fields.items():
        value = (said or {}).get(part, examples.get(part, inner.default))
        yield _line(f"{mark}  {'' if mark or part in said else '# '}{part}: {written(value)}", part, inner)


def _line(line: str, key: str, field: FieldInfo) -> str:
    listed = choices(key, field)
    return f"{line:{COLUMN - 2}}  # {listed + ': ' if listed else ''}{field.description}"


def _examples(found: SceneSpec) -> dict[str, Any]:
    """For keys without a default that says something: what would be the same, or could stand there."""
    first = found.order[0]
    caption = words(found.language, folder(found.scene))["steps"][first]["caption"]
    return {
        "sentence": " ".join(found.tokens), "tokens": list(found.tokens), "focus": found.focus, "toward": 0,
        "twin": " ".join(found.twin or found.tokens), "steps": list(found.order), "captions": {first: {found.language: caption}},
        "voice": {first: f"{first}.wav"}, "question": {found.language: title(found)},
        "intervene": {"block": found.intervention.block + 1},
    }


def written(value: Any, inside: bool = False) -> str:
    """A value in one line of YAML. inside: whether in brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key, True)}: {written(item, True)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item, True) for item in value) + "]"
    text = str(value)
    try:
        plain = text and yaml_file.value(f"[{text}, x]" if inside else f"a: {text}", "") == ([text, "x"] if inside else {"a": text})
    except UserError:
        plain = False
    return text if plain and text != "" else json.dumps(text, ensure_ascii=False)


def _create(path: Path, text: str) -> None:
    """Makes a new file. UserError if there is something of that name, or it cannot be written."""
    files.check_writable(path.parent, [])
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        raise UserError([Problem("is there already", shown(path), kind="exists", hint="give the new one another name")]) from None
    except OSError as error:
        raise UserError([Problem(f"cannot be written: {error.strerror}", shown(path), kind="unwritable")]) from error
    try:
        files.write(path, text.encode())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
