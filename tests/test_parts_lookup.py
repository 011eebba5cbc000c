"""What is counted and looked up: as many bows as steps, each token at its own row, the words around one, and what is beyond a scale."""

import numpy as np
import pytest

from scenes.base.room import Room
from scenes.parts.heat_map import heat_map, peak
from scenes.parts.hops import hops
from scenes.parts.legend import beyond, legend
from scenes.parts.lookup import lookup
from scenes.parts.word_list import neighbours, word_list
from studio.plan.staging import stage
from studio.read import folders
from studio.read.spec import load

ROOM = Room(-6.0, 6.0, -3.0, 3.0)


def scene_of(name: str, *settings: str):
    staged = stage(load(name, settings))
    return folders.folder(name).load()(staged)


@pytest.mark.parametrize("ends", [(9, 1), (1, 9), (4, 5), (5, 4), (3, 3)])
def test_as_many_bows_are_drawn_as_steps_are_counted(ends):
    scene = scene_of("overview")
    for way, by_word in (("attention", False), ("recurrence", True)):
        count = scene.view(f"path_length.{way}")[ends]
        drawn = hops(scene.theme, scene.tokens, ends, by_word, count, way, ROOM, slim=False)
        assert len(drawn.bows) == int(drawn.count.string) == int(count.values)


def test_every_token_leads_to_the_row_that_is_found():
    scene = scene_of("embeddings", "sentence=the cat sees the dog", "twin=", "focus=cat")
    trace = scene.staging.trace
    ids, views = trace["token_ids"], (trace["weights.embedding"], trace["embeddings"])
    found = lookup(scene.theme, scene.tokens, 1, ids, views, ("E", "rows"), peak(views[1]), ROOM, slim=False)
    for i, line in enumerate(found.links):
        row = found.row(i)
        assert np.isclose(line.points[-1][1], row.get_y()) and np.isclose(line.points[0][1], found.cards[i].get_y())
        assert [float(cell.source) for cell in row] == [float(cell.source) for cell in found.x.cells[i]]
    assert found.row(0) is found.row(3) and len({*map(id, map(found.row, range(5)))}) == 4


@pytest.mark.parametrize("place, shown", [(0, [0, 1, 2]), (1, [0, 1, 2, 3]), (5, [3, 4, 5, 6, 7]), (9, [7, 8, 9])])
def test_a_word_stands_between_its_neighbours(place, shown):
    theme = scene_of("embeddings").theme
    assert [*neighbours(place, 10)] == shown
    drawn = word_list(theme, {k: f"w{k}" for k in shown}, place, ROOM, 0.5, "output")
    words, *numbers = drawn.words
    assert [word.string for word in words] == [f"w{k}" for k in shown] and [label.string for label in numbers] == [*map(str, shown)]
    assert np.isclose(words[shown.index(place)].get_y(), drawn.ring.get_y(), atol=0.1) and np.isclose(drawn.ring.get_y(), 0)


def test_a_cut_corner_is_explained_where_there_is_one():
    scene = scene_of("embeddings")
    vectors, theme = scene.staging.trace["embeddings"], scene.theme
    sheet, most = heat_map(theme, vectors, ROOM), float(np.abs(vectors.values).max())
    key = legend(theme, ROOM.fit(2, 1), most)
    assert len(beyond(theme, key, "beyond", most / 2, [sheet])) == 1 and len(beyond(theme, key, "beyond", most, [sheet])) == 0
