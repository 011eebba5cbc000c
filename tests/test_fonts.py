"""Text is drawn with the fonts of the packages, and what the system or the user has lying about changes nothing."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typst

from studio.errors import RenderError
from studio.read import fonts

ROOT = Path(__file__).parent.parent
PREPARED = "from studio.render.alone import prepare; prepare()"


def run(code: str, **options) -> str:
    """What a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def fresh(monkeypatch):
    """Nothing remembered, neither before nor after."""
    monkeypatch.setenv("FONTCONFIG_FILE", os.environ["FONTCONFIG_FILE"])
    for function in (fonts.cache_folder, fonts.font_files, fonts.load_fonts):
        function.cache_clear()
    yield
    for function in (fonts.cache_folder, fonts.font_files, fonts.load_fonts):
        function.cache_clear()


def test_the_font_is_the_package_s_inter():
    assert fonts.font_files()[0].name == "Inter[opsz,wght].ttf"
    assert not any("Italic" in file.name for file in fonts.font_files())


def test_fontconfig_is_told_of_the_packages_alone():
    config = ElementTree.parse(os.environ["FONTCONFIG_FILE"]).getroot()
    assert {element.tag for element in config} == {"dir", "cachedir"}
    assert {element.text for element in config.iter("dir")} == {str(file.parent) for file in fonts.font_files()}


def test_pango_and_typst_see_our_fonts_alone():
    families = set(typst.Fonts().families())
    assert "Inter" in families and "DejaVu Sans" not in families  # DejaVu Sans Mono comes with Typst itself
    generic = {"Sans", "Serif", "Monospace", "System-ui"}
    environment = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}
    seen = run(f"{PREPARED}; import manimpango; print(*manimpango.list_fonts(), sep='\\n')", env=environment).splitlines()
    assert set(seen) - generic <= {"Inter", "Noto Sans SC", "Noto Serif SC"} and "Inter" in seen


def test_missing_glyphs_are_known():
    assert fonts.load_fonts().missing("Naïve – “quoted” žluťoučký Привет Ωmega 🙂🙂!") == "🙂"


def test_without_the_package_it_says_so(fresh, monkeypatch):
    monkeypatch.setattr(fonts, "PACKAGES", ("no-such-package",))
    with pytest.raises(RenderError, match="pip install no-such-package"):
        fonts.load_fonts()


def test_the_cache_is_where_the_user_wants_it_or_can_have_it(fresh, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    fonts.use_project_fonts()
    assert Path(os.environ["FONTCONFIG_FILE"]).parent == tmp_path / "mine" / "animformer" == fonts.cache_folder()
    assert [path.suffix for path in fonts.cache_folder().iterdir()] == [".conf"]
    fonts.cache_folder.cache_clear()
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    monkeypatch.setattr(fonts.tempfile, "gettempdir", lambda: str(tmp_path))
    fonts.use_project_fonts()
    assert fonts.cache_folder() == tmp_path / f"animformer-{os.getuid()}"


def test_a_stray_manim_cfg_is_not_even_read(tmp_path):
    for folder in (tmp_path, tmp_path / ".config" / "manim"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manim.cfg").write_text("[CLI]\nbackground_color = no colour\nplugins = no_such_plugin\n")
    code = f"{PREPARED}; import os; from manim import config; print(config.background_color, config.plugins, os.getcwd())"
    environment = os.environ | {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    assert run(code, cwd=tmp_path, env=environment) == f"#000000 [] {tmp_path}"
    command = "from studio.cli import main; main(['check', 'recap'])"
    assert run(command, cwd=tmp_path, env=environment) == "all is well"


def test_typst_is_given_the_same_fonts_each_alone():
    found = [typst.Fonts(False, False, [folder]).families() for folder in fonts.load_fonts().folders]
    assert found == [["Inter"], ["Noto Sans SC"]]


def test_the_locale_changes_no_shape():
    code = "from studio.read import assets; print(hash(assets.theme('dark', 'zh').fonts.outline('直骨令“猫”').points.tobytes()))"
    seen = {run(code, env=os.environ | {"LC_ALL": locale, "PYTHONHASHSEED": "0"}) for locale in ("C.UTF-8", "ja_JP.UTF-8")}
    assert len(seen) == 1
