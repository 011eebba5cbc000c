"""What all tests share."""

import os
import shutil
from itertools import count

import pytest

from studio.read import assets
from studio.render.alone import prepare

NUMBERS = count()
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--autoplay-policy=no-user-gesture-required"]


def pytest_configure(config):
    """What is found out once is kept beside what pytest keeps: it is not the user's, and is there the next time. Nothing is fetched."""
    os.environ["XDG_CACHE_HOME"] = str(config.cache.mkdir("home"))
    os.environ.setdefault("USERS_MINILM", str(assets.weights_folder("minilm")))
    os.environ["XDG_DATA_HOME"] = str(config.cache.mkdir("data"))
    prepare()


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory, monkeypatch):
    """No test finds what another one, or the user, has rendered. The folder is made by who needs it, as at a user's."""
    monkeypatch.setenv("ANIMFORMER_CACHE", str(tmp_path_factory.getbasetemp() / f"cache-{next(NUMBERS)}"))


def pytest_addoption(parser):
    parser.addoption("--accept", action="store_true", help="Take what the scenes show now as the goldens.")


@pytest.fixture
def browser():
    """Chromium, as the system has it."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "no Chromium; ./render.sh test installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def dask(tmp_path):
    """A scheduler without workers."""
    pytest.importorskip("distributed")
    from clusters import Cluster

    found = Cluster(tmp_path / "dask")
    try:
        yield found.scheduler()
    finally:
        found.stop()
