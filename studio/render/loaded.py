"""All that a worker needs for its first job: a process that has imported this can be forked into workers that begin at once."""

import gc

from studio.render.alone import prepare

prepare()

from studio.render import camera, convert, inputs, order, stream, worker  # noqa: E402, F401

# What is known of the code is from when it was loaded: an order for other code, written since, is refused.
inputs.code(inputs.STAGING, inputs.CARD)
inputs.versions()
for tested in (camera, convert, stream):
    tested.trusted()
gc.collect()
gc.freeze()                               # so that no worker writes to what all of them have in common
