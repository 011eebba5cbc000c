"""What turns a sentence into sound: a voice that comes as an extra, or a program of the user's own."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from importlib.metadata import distribution, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from studio.errors import Problem, UserError, quoted
from studio.read import sound
from studio.read.keys import COMMAND
from studio.read.pronunciation import Pronunciation
from studio.store.digest import digest_of_file

SPEED = 0.9                               # of the voice's own pace: 190 words a minute
PACKAGE, VERSION = "hibari-tts", "0.2.1"
# SHA-256 over the names and bytes of what is in the package, since pip takes all packages by their hash or none.
CONTENT = "3fa877703d64f293072a6f51bf0b2a714fe60baa40b28710e097ad50390db8b3"
PATIENCE = 60                             # seconds that a program may take for a sentence


class Heart:
    """The voice `heart` of hibari-tts (Apache-2.0): 24 kHz, American English, in the package itself, so that nothing is fetched."""

    @cached_property
    def made_by(self) -> dict[str, Any]:
        """The versions of all that its sound depends on."""
        return {name: version(name) for name in (PACKAGE, "onnxruntime", "numpy", "scipy")} | {"speed": SPEED}

    def problems(self) -> Iterator[Problem]:
        """Why it cannot speak here, if it cannot."""
        if not find_spec("hibari"):
            hint = "install the extra [voice]: .venv/bin/pip install -e '.[voice]'"
            yield Problem("the voice heart needs hibari-tts", path="narrator", kind="no-extra", hint=hint)
        elif _content() != CONTENT:
            message, hint = f"what is installed as {PACKAGE} is not {VERSION} as it was published", f"pip install --force-reinstall {PACKAGE}=={VERSION}"
            yield Problem(message, path="narrator", kind="no-extra", hint=hint)

    def speak(self, sentence: str, how: Pronunciation) -> tuple[np.ndarray, int]:
        """The sound of a sentence (sample,) and its rate. Raises UserError if it cannot be said."""
        spoken = how.spoken(sentence, phonemes=True)
        said = " ".join(self._model.phonemize(spoken))
        if lost := sorted({character for character in said if character not in self._model.vocab}):
            message = f"{''.join(lost)!r} is no phoneme of heart, in {quoted(sentence)}"
            raise UserError([Problem(message, path="pronounce", kind="no-spoken-form")])
        return self._model.from_phonemes(said, SPEED, seed=0), self._model.sample_rate

    @cached_property
    def _model(self):
        from hibari import Hibari  # takes onnxruntime, slow to start

        return Hibari()


class Command:
    """A program that reads a sentence in UTF-8 and writes a sound file, such as a WAV. It is run without a shell, here."""

    def __init__(self, command: Sequence[str], allowed: bool):
        self.command, self.allowed = [os.path.expanduser(command[0]), *command[1:]], allowed

    @cached_property
    def made_by(self) -> dict[str, Any]:
        """The program with its arguments; those that are files by their content."""
        files = [shutil.which(self.command[0]), *self.command[1:]]
        return {COMMAND: [digest_of_file(Path(file)) if file and os.path.isfile(file) else file for file in files]}

    def problems(self) -> Iterator[Problem]:
        """Why it may not speak, or cannot."""
        name = self.command[0]
        if not self.allowed:
            hint = "add --allow-commands if you trust it"
            yield Problem(f"runs a program, {name}", path=f"narrator.{COMMAND}", kind="not-allowed", hint=hint)
        elif not shutil.which(name):
            yield Problem(f"there is no program {name}", path=f"narrator.{COMMAND}", kind="no-program", hint="write its path, or install it")

    def speak(self, sentence: str, how: Pronunciation) -> tuple[np.ndarray, int]:
        """The sound of a sentence (sample,) and its rate. Raises UserError if there is none."""
        try:
            done = subprocess.run(self.command, input=how.spoken(sentence).encode(), capture_output=True, timeout=PATIENCE, check=True)
            return sound.of_wav(done.stdout).mean(0), sound.SOUND["rate"]
        except subprocess.TimeoutExpired as error:
            raise self._failed(f"took more than {PATIENCE} s", sentence) from error
        except subprocess.CalledProcessError as error:
            last = (error.stderr.decode(errors="replace").strip().splitlines() or ["it does not say why"])[-1]
            raise self._failed(f"ended with {error.returncode}: {last}", sentence) from error
        except (OSError, ValueError) as error:
            raise self._failed(f"gave a sound that {error}", sentence) from error

    def _failed(self, why: str, sentence: str) -> UserError:
        return UserError([Problem(f"{self.command[0]} {why}, for {quoted(sentence)}", path=f"narrator.{COMMAND}", kind="no-sound")])


Narrator = Heart | Command


@cache
def _content() -> str:
    """What the files of hibari-tts are known by."""
    found, package = hashlib.sha256(), distribution(PACKAGE)
    for file in sorted(map(str, package.files or ())):
        if file.startswith("hibari/") and file.endswith((".py", ".onnx", ".json", ".gz")):
            found.update(file.encode() + b"\0" + Path(package.locate_file(file)).read_bytes())
    return found.hexdigest()
