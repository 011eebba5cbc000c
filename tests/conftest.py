"""What all tests share."""

import os

import pytest

from studio.render.alone import prepare


def pytest_configure(config):
    """What is found out once is kept beside what pytest keeps: it is not the user's, and is there the next time."""
    os.environ["XDG_CACHE_HOME"] = str(config.cache.mkdir("home"))
    prepare()


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory, monkeypatch):
    """No test finds what another one, or the user, has rendered."""
    monkeypatch.setenv("ANIMFORMER_CACHE", str(tmp_path_factory.mktemp("cache")))


def pytest_addoption(parser):
    parser.addoption("--accept", action="store_true", help="Take what the scenes show now as the goldens.")
