"""From a save to what is seen of it: `python -m tests.bench.watch --help`.

Cold is a process of its own from its start; warm is a save while it watches. Every edit is a sentence that nothing has been drawn of.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

SCENES = ("qkv", "attention_matrix", "multi_head")
GOALS = {"problems": 0.3, "still": 1.0, "clip": 2.0}      # seconds
ADJECTIVES, NOUNS = ("old", "young", "small", "beautiful"), ("dog", "cat", "horse", "bird")
SENTENCES = [f"the {adjective} {noun} sleeps" for adjective, noun in product(ADJECTIVES, NOUNS)]
MINE = "scene: {scene}\nsentence: {sentence}\nfocus: {focus}\n"


def main() -> None:
    """Measures, and prints a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.watch", description=__doc__.splitlines()[0])
    parser.add_argument("scenes", nargs="*", default=SCENES, help=f"(default: {' '.join(SCENES)})")
    parser.add_argument("-n", type=int, default=10, help="saves, and starts (default: 10)")
    parser.add_argument("--one", metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return print(json.dumps(_cold(Path(options.one))))
    print("| scene | | problems, s | still, s | clip, s |\n| --- | --- | ---: | ---: | ---: |")
    for scene in options.scenes:
        for name, found in (("cold", _colds(scene, options.n)), ("warm", _warm(scene, options.n))):
            print(f"| {scene} | {name} | " + " | ".join(f"{median(each[key] for each in found):.2f}" for key in GOALS) + " |", flush=True)
    print(f"\nMedians of {options.n}; goals when warm: {GOALS}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


def _colds(scene: str, n: int) -> list[dict[str, float]]:
    """Of processes that begin."""
    found = []
    for number in range(n):
        with TemporaryDirectory() as folder:
            _write(Path(folder), scene, number)
            began = time.time()
            command = [sys.executable, "-m", "tests.bench.watch", "--one", folder]
            environment = os.environ | {"ANIMFORMER_CACHE": f"{folder}/cache"}
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
            found.append({key: at - began for key, at in json.loads(done.stdout).items()})
    return found


def _cold(folder: Path) -> dict[str, float]:
    """When what was seen first, in this process."""
    from studio.render.alone import prepare
    from studio.watch.session import Session

    prepare()
    with Session(str(folder / "mine.yaml")) as session:
        return _seen(session)


def _warm(scene: str, n: int) -> list[dict[str, float]]:
    """Of saves, the problems those of a save that is wrong."""
    from studio.watch.session import Session

    found = []
    with TemporaryDirectory() as folder:
        os.environ["ANIMFORMER_CACHE"] = f"{folder}/cache"
        _write(Path(folder), scene, 0)
        with Session(f"{folder}/mine.yaml") as session:
            _seen(session)
            for number in range(1, n + 1):
                began = _write(Path(folder), scene, number, "hed: 1\n")
                problems = _seen(session)["problems"] - began
                began = _write(Path(folder), scene, number)
                found.append({key: at - began for key, at in _seen(session).items()} | {"problems": problems})
    return found


def _write(folder: Path, scene: str, number: int, also: str = "") -> float:
    """Saves the YAML; returns when."""
    sentence = SENTENCES[number % len(SENTENCES)]
    text = MINE.format(scene=scene, sentence=sentence, focus=sentence.split()[2]) + also
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return time.time()


def _seen(session) -> dict[str, float]:
    """When it was known whether it is sound, when the first still was there and when the first clip; or only the first, if it is wrong."""
    from studio.watch.news import Begun, Filmed, Sound, Still, Wrong

    seen, begun = {}, False
    while not {"still", "clip"} <= seen.keys():
        for news in session.tick():
            begun |= isinstance(news, Begun)
            for kind, key in ((Sound, "problems"), (Wrong, "problems"), (Still, "still"), (Filmed, "clip")):
                if begun and isinstance(news, kind):
                    seen.setdefault(key, time.time())
            if begun and isinstance(news, Wrong):
                return seen
        time.sleep(0.01)
    return seen


if __name__ == "__main__":
    main()
