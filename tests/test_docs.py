"""The pages in docs/ say what the code says, and lead where they say they do."""

import importlib.util
import re
from pathlib import Path

import pytest

from studio.cli import main
from studio.read.keys import NESTED, SceneKeys

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("make", ROOT / "docs/make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    return make.pages()


@pytest.mark.parametrize("name", ["commands.md", "yaml.md", "tensors.md", "parts.md"])
def test_a_page_is_what_would_be_made_now(made, name):
    assert (ROOT / "docs" / name).read_text("utf-8") == made[name], "run: python docs/make.py"


def test_nothing_is_left_out(made):
    for command in main.commands.values():
        assert f"\n## {command.name}\n" in made["commands.md"]
        for option in (opt for param in command.params for opt in (*param.opts, *param.secondary_opts) if opt.startswith("-")):
            assert f"`{option}`" in made["commands.md"]
    for key in [*SceneKeys.model_fields, *(f"{key}.{part}" for key, model in NESTED.items() for part in model.model_fields)]:
        assert f"| `{key}` |" in made["yaml.md"]
    for name in ("encoder.0.self_attention.weights", "decoder.0.cross_attention.scores", "weights.encoder.0.mlp.W_1", "spread"):
        assert (f"| `{name}` |" in made["tensors.md"]) == (name != "spread")


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    links = LINK.findall(page.read_text("utf-8"))
    for path, anchor in links:
        target = page.parent / path if path else page
        assert target.exists(), path
        headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_can_be_found_from_the_readme(page):
    assert f"(docs/{page.name})" in (ROOT / "README.md").read_text("utf-8")
