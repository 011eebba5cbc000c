"""All that a worker needs for its first job: a process that has imported this can be forked into workers that begin at once."""

import gc
from importlib import import_module
from pkgutil import iter_modules

from studio.render.alone import prepare

gc.disable()                              # looking for garbage takes a fifth of the time, and finds next to nothing
prepare()

from scenes import parts  # noqa: E402
from studio.read import assets  # noqa: E402
from studio.render import camera, convert, inputs, order, stream, worker  # noqa: E402, F401

PARTS = [f"{parts.__name__}.{part.name}" for part in iter_modules(parts.__path__)]
for name in PARTS:
    import_module(name)
_ = assets.theme("dark").ramps            # fonts, and what reckons with colours

# What is known of the code is from when it was loaded: an order for other code, written since, is refused.
inputs.code(inputs.STAGING, inputs.CARD, *PARTS)
inputs.versions()
camera.trusted(), convert.trusted()
for compact in (False, True):
    stream.trusted(compact)
gc.freeze()                               # so that no worker writes to what all of them have in common
gc.enable()
