"""From the spec of a card to a card that can be played."""

from typing import TYPE_CHECKING

from scenes.base.spec import CardSpec
from studio.read import assets

if TYPE_CHECKING:
    from scenes.base.scene import Listener
    from scenes.base.title_card import TitleCard


def build(spec: CardSpec, renderer=None, listener: "Listener | None" = None) -> "TitleCard":
    """The card of a spec, not yet played."""
    from scenes.base.frame import Frame
    from scenes.base.title_card import TitleCard  # takes manim, slow to start

    frame = Frame.of(spec.keys["frame"], type=spec.keys["type"])
    return TitleCard(spec, assets.theme(spec.theme, spec.language), renderer, listener, frame)
