"""The studio: from a YAML file to a video. The only room that touches files, processes and the command line."""

import os

# To be said before numpy is there. A matrix product here is small, and one on every core in each of many processes only waits for the
# others: an experiment takes fifteen times as long. And sums are added in one order, whatever the machine.
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(name, "1")
