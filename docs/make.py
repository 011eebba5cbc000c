"""Makes the pages of this folder that say what the code says: `python docs/make.py`. A test compares them with what would be made."""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

import click  # noqa: E402
from pydantic.fields import FieldInfo  # noqa: E402

from model import experiments  # noqa: E402
from model.tensors import Tensor  # noqa: E402
from scenes.base.theme import RAMPS, ROLES  # noqa: E402
from studio.cli import main  # noqa: E402
from studio.output.starter import choices, written  # noqa: E402
from studio.plan import staging  # noqa: E402
from studio.read import assets, keys  # noqa: E402
from studio.read.folders import folder, ours  # noqa: E402
from studio.read.keys import LookKeys, SceneKeys  # noqa: E402
from studio.read.spec import load  # noqa: E402

OTHER_BLOCK = re.compile(r"\.[1-9]\d*\.")
MOST = 16                                 # tensors listed of one experiment
MADE = "<!-- Made from the code by docs/make.py: change it there. -->\n\n"
COMMANDS = """\
# Commands

A `TARGET` is `film` or another film, a scene (`qkv`), a step (`qkv/blend`), the path of a scene or film YAML, or the folder of a scene;
without one, most commands take the film. The command line goes over every YAML. Results are on standard output, all else on standard
error; `NO_COLOR` is respected. Exit codes: 0 done, 1 failed, 2 the input is wrong, 130 interrupted (what is finished stays finished).

"""
YAML = """\
# The YAML of scenes and films

Every key but `scene` may be left out, and any may be said on the command line: `--set model.n_heads=2`.
`animformer new mine.yaml --from qkv` makes a file with all of them, `animformer check mine.yaml` tells all mistakes at once, and
`animformer schema` prints the JSON Schema, by which an editor completes and checks (`# yaml-language-server: $schema=…` in the first line).

What counts, from the weakest to the strongest: defaults, the YAML of one of our scenes, the film's YAML, the YAML of a scene of your own,
its entry in the film, the command line. Paths are looked for beside the file that names them. Blocks and heads count from 1 here, and from 0
in the names of [tensors](tensors.md).

"""
FILM = """\
## Films

`scenes` is a list of scenes: names, paths, or keys with `scene` among them, which hold for that scene alone. `act` is a title card. `title`
is on the first card. Every other key holds for all scenes.

```yaml
title: {en: Attention, zh: 注意力}
theme: light
scenes:
  - act: {en: One vector, zh: 一个向量}
  - {scene: qkv, focus: dog, sentence: the old dog runs}
  - mine/scene.yaml
```

"""
THEME = """\
## Themes

A theme is a YAML file: `theme: mine.yaml`. `colours` has one for each of these roles, as `"#rrggbb"`: {roles}. {ramps}.
`fonts` is a list of font files, asked before those of the project. `animformer check` tells what is hard to read, or to tell apart, and
which colour would do.
The bundled ones are {themes}.
"""
PARTS = """\
# Parts

What scenes draw with: modules of `scenes/parts/`, each a picture or a few of a kind. A part takes a theme, views of recorded tensors and a
room (`scenes/base/room.py`) and gives a picture whose pieces have names; it plays nothing and knows no scene. Look here before you draw
something of your own ([a scene of your own](your-own-scene.md)).

"""
TENSORS = """\
# Tensors

All that a forward pass records, for the bundled translator and the sentence *{sentence}*. `animformer trace qkv` prints this table,
`animformer trace qkv NAME…` the numbers, and `animformer trace qkv -o qkv.npz` writes them all. Vectors are rows:
`query = input W_Q + b_Q`, where head *h* takes columns *h*·d_k to (*h*+1)·d_k. Blocks and heads count from 0. What is said of block 0 holds for every block.

In a formula a tensor of the same scope has its last name only.

"""


def pages() -> dict[str, str]:
    """The pages, by the names of their files."""
    return {"commands.md": MADE + commands(), "yaml.md": MADE + yaml(), "tensors.md": MADE + tensors(), "parts.md": MADE + parts()}


def commands() -> str:
    """What every command does, with its options."""
    parts = [COMMANDS, table(["", ""], ([f"[`{name}`](#{name})", summary(command)] for name, command in main.commands.items()))]
    return "".join(parts) + "".join(f"\n## {name}\n\n{of_command(name, command)}" for name, command in main.commands.items())


def of_command(name: str, command: click.Command) -> str:
    """One command: how it is called, what it does, examples, options."""
    context = click.Context(command, info_name=f"animformer {name}")
    about, _, examples = inspect.cleandoc(command.help).partition("\b\n")
    options = [(called(param, context), param.help or "") for param in command.params if isinstance(param, click.Option)]
    return (f"`{context.command_path} {' '.join(command.collect_usage_pieces(context))}`\n\n{about.strip()}\n\n"
            f"```sh\n{examples.strip()}\n```\n\n{table(['option', ''], options)}")


def called(option: click.Option, context: click.Context) -> str:
    """How an option is written."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return names + ("" if option.is_flag else f" {option.make_metavar(context)}")


def summary(command: click.Command) -> str:
    """The first line of what a command says of itself."""
    return command.help.splitlines()[0].rstrip(".")


def yaml() -> str:
    """The keys of a scene's YAML, films, themes."""
    of_scene = {key: field for key, field in SceneKeys.model_fields.items() if key not in LookKeys.model_fields}
    parts = [YAML, "## What is shown\n\n", table_of_keys(of_scene)]
    for key, model in keys.NESTED.items():
        parts += [f"\n### {key}\n\n{first_paragraph(model)}\n\n", table_of_keys(model.model_fields, f"{key}.")]
    parts += ["\n## How it is shown\n\n", table_of_keys(LookKeys.model_fields), "\n## Keys of single scenes\n\n"]
    own = {scene: folder(scene).facts.own_keys for scene in ours()}
    parts.append(table(["scene", "key", "default", ""], ((f"`{scene}`", f"`{key}`", code(said["default"]), said["description"])
                                                        for scene, declared in own.items() for key, said in declared.items())))
    ramps = "; ".join(f"`{name}` is a list of {least} colours or more" for name, least in RAMPS.items())
    themes = THEME.format(roles=", ".join(map(code, ROLES)), ramps=ramps, themes=", ".join(map(code, assets.themes())))
    return "".join([*parts, "\n", FILM, themes])


def table_of_keys(fields: Mapping[str, FieldInfo], prefix: str = "") -> str:
    """Keys with their defaults, their choices and what they mean."""
    rows = ((f"`{prefix}{key}`", "" if key in keys.NESTED or not field.default and field.default != 0 else code(field.default),
             choices(key, field), field.description) for key, field in fields.items())
    return table(["key", "default", "choices", ""], rows)


def first_paragraph(thing: object) -> str:
    """What something says of itself first."""
    return inspect.getdoc(thing).partition("\n\n")[0].replace("\n", " ")


def tensors() -> str:
    """Every tensor of the translator, by the part of the model that it is of, and those of experiments."""
    trace = staging.trace(load("qkv"))
    rows = [row for row in trace.table() if not OTHER_BLOCK.search(row["name"]) and part_of(row["name"]) not in experiments.names()]
    parts = [TENSORS.format(sentence=" ".join(trace.tokens))]
    for part in dict.fromkeys(part_of(row["name"]) for row in rows):
        listed = [[f"`{row['name']}`", " × ".join(row["axes"]), "×".join(map(str, row["shape"])), row["meaning"], code(row["formula"])]
                  for row in rows if part_of(row["name"]) == part]
        parts += [f"## {part}\n\n", table(["tensor", "axes", "shape", "meaning", "formula"], listed), "\n"]
    return "".join([*parts, "## Experiments\n\nA scene that draws more than one pass has these as well.\n", *of_experiments()])


def of_experiments() -> Iterator[str]:
    """What the experiments record, each with what it is and the scenes that draw it."""
    for name in experiments.names():
        module = experiments.find(name)
        drawn = [f"`{scene}`" for scene in ours() if name in folder(scene).facts.experiments]
        yield f"\n### {name}\n\n{first_paragraph(module)}" + (f" Drawn by {', '.join(drawn)}." if drawn else "") + "\n\n"
        yield table(["tensor", "axes", "meaning", "formula"], map(of_tensor, module.TENSORS[:MOST]))
        yield f"\nAnd {len(module.TENSORS) - MOST} more of the kind.\n" * (len(module.TENSORS) > MOST)


def parts() -> str:
    """The page of what scenes draw with: each part, what it draws, and the scenes that import it."""
    drawing = [path for path in (ROOT / "scenes").glob("*/*.py") if path.parent.name not in ("base", "parts")]
    rows = []
    for file in sorted((ROOT / "scenes/parts").glob("*.py")):
        scenes = {path.parent.name for path in drawing if imports(path, file.stem)}
        said = " ".join(ast.get_docstring(ast.parse(file.read_text("utf-8"))).partition("\n\n")[0].split())
        rows.append([code(file.stem), said, f"{len(scenes)} scenes" if len(scenes) > 1 else code("".join(scenes)) or "other parts"])
    return PARTS + table(["module", "what it draws", "used by"], rows)


def imports(path: Path, part: str) -> bool:
    """Whether a file imports a part."""
    return f"from scenes.parts.{part} import" in path.read_text("utf-8")


def of_tensor(tensor: Tensor) -> list[str]:
    """A tensor that is declared by an experiment; the places in its formula are for the make of the model."""
    return [f"`{tensor.name}`", " × ".join(tensor.axes.split()), tensor.meaning, code(re.sub(r"\{(\w+?)_?\}", r"\1", tensor.formula))]


def part_of(name: str) -> str:
    """The part of the model that a tensor is of: the first of its names, or `the sentence`."""
    head, dot, _ = name.partition(".")
    return head if dot else "the sentence"


def code(value: object) -> str:
    """A value as it would be written."""
    text = written(value) if not isinstance(value, str) else value
    return f"`{text}`" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
