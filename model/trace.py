"""The record of one forward pass: a frozen set of named tensors, and views that know where their numbers came from."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import InitVar, asdict, dataclass
from functools import cached_property
from typing import BinaryIO, Self

import numpy as np

from model import safetensors
from model.config import ModelConfig
from model.recorder import Measure, Recorded
from model.table import declared, not_found
from model.tensors import TEXTS, Tensor
from model.tokenizer import END, START, Piece, piece, text, written

HEADER = "trace.json"
AT_ONCE = 2**18                           # numbers


class UnknownTensor(KeyError):
    """There is no tensor of that name; the message suggests near ones."""

    def __str__(self):
        return self.args[0]  # a KeyError would show the message in quotes


@dataclass(frozen=True, eq=False, repr=False)
class View:
    """A tensor, or a part of it, that knows where it came from.

    name: of the whole tensor. values: read-only numbers. axes: names of the axes that remain. index: for each axis of the
    whole tensor an int, or a range where the axis is kept. order: for each axis that remains its place in the whole tensor.
    """

    name: str
    values: np.ndarray
    axes: tuple[str, ...]
    index: tuple[int | range, ...]
    order: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each remaining axis."""
        return self.values.shape

    @property
    def T(self) -> "View":
        """The same numbers with the remaining axes in reverse order."""
        return View(self.name, self.values.T, self.axes[::-1], self.index, self.order[::-1])

    def __getitem__(self, key: int | slice | tuple[int | slice, ...]) -> "View":
        """Part of the view: an int drops its axis, a slice keeps it.

        Raises IndexError for what is out of range or has too many axes, TypeError for any other kind of key.
        """
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) > len(self.axes):
            raise IndexError(f"{self.name}: {len(keys)} indices for the axes {self.axes}")
        index, kept = list(self.index), []
        for axis, (place, part) in enumerate(zip(self.order, keys)):
            index[place] = self._pick(axis, part)
            if isinstance(part, slice):
                kept.append(axis)
        kept += range(len(keys), len(self.axes))
        return View(
            name=self.name,
            values=self.values[(*keys, ...)],  # the ellipsis makes a single number an array, which can be read-only
            axes=tuple(self.axes[axis] for axis in kept),
            index=tuple(index),
            order=tuple(self.order[axis] for axis in kept),
        )

    def _pick(self, axis: int, part: int | slice) -> int | range:
        whole = self.index[self.order[axis]]
        if not isinstance(part, (int, np.integer, slice)) or isinstance(part, bool):
            raise TypeError(f"{self.name}: axis {self.axes[axis]} takes an int or a slice, not {part!r}")
        if isinstance(part, slice) or -len(whole) <= part < len(whole):
            return whole[part]
        raise IndexError(f"{self.name}: {self.axes[axis]} {part} is out of range, there are {len(whole)}")

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator["View"]:
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        """The number of a view without axes. TypeError if there are any."""
        if self.axes:
            raise TypeError(f"{self!r} is not a single number")
        return self.values.item()

    def __repr__(self) -> str:
        return f"{self.name}[{', '.join(map(str, self.index))}]"


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """Every tensor of one forward pass: `trace["encoder.0.self_attention.weights"]` is a View of it.

    arrays: name to float64 array, in the order of recording; kept as read-only copies, but for what nobody can write to: weights
    that stand in a file are not copied, and may be float32. vocabulary: the word of each row of
    the embedding table. output_vocabulary: that of the words it can say. output_tokens: what it has said, one token a step;
    the last is the end token, if it came to an end. twin: the tokens of the other sentence, if there is one. also: what is
    declared besides the model's own tensors, by experiments. later: by name the experiments that are done when something of theirs is
    asked for, or all there is (`Recorded`). Raises ValueError if a tensor is not declared.
    """

    tokens: tuple[str, ...]
    config: ModelConfig
    arrays: Mapping[str, np.ndarray]
    vocabulary: tuple[str, ...] = ()
    output_vocabulary: tuple[str, ...] = ()
    output_tokens: tuple[str, ...] = ()
    twin: tuple[str, ...] = ()
    also: tuple[Tensor, ...] = ()
    later: InitVar[Mapping[str, Measure] | None] = None

    def __post_init__(self, later):
        object.__setattr__(self, "arrays", Recorded(self.arrays, later or {}, self.declared))

    @cached_property
    def declared(self) -> Mapping[str, Tensor]:
        """What is declared of each tensor that may be recorded."""
        return declared(self.config, self.also)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tensors, in the order of recording."""
        return tuple(self.arrays)

    def complete(self) -> Self:
        """The trace, all its experiments done."""
        len(self.arrays)                  # to count them is to have them
        return self

    def __getitem__(self, name: str) -> View:
        """The whole tensor of that name. UnknownTensor, a KeyError that suggests near names, if there is none."""
        if name not in self.arrays:
            raise UnknownTensor(not_found(name, self.config, self.names))
        array, axes = self.arrays[name], tuple(self.declared[name].axes.split())
        return View(name, array, axes, tuple(map(range, array.shape)), tuple(range(array.ndim)))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The tokens as they are written."""
        return written(self.tokens, self.config.spelling)

    @property
    def twin_pieces(self) -> tuple[Piece, ...]:
        """The tokens of the other sentence as they are written."""
        return written(self.twin, self.config.spelling)

    @property
    def sentence(self) -> str:
        """The text of the tokens."""
        return text(self.tokens, self.config.spelling)

    @property
    def translation(self) -> tuple[str, ...]:
        """What it has said, without the end token: a translation, or what comes after the sentence."""
        return tuple(token for token in self.output_tokens if token != END)

    @property
    def read_tokens(self) -> tuple[str, ...]:
        """What was the last token to be read, step by step: the start token first, or the last of the sentence."""
        return (self.tokens[-1] if self.config.continues else START, *self.output_tokens[:-1])

    def said(self, name: str) -> tuple[str, ...]:
        """The words that stand in rows of the output vocabulary of which a tensor (said,) has the numbers. KeyError as `[]`."""
        return tuple(self.output_vocabulary[int(row)] for row in self[name].values)

    @property
    def has_training_record(self) -> bool:
        """Whether it is known how the weights were learned."""
        return "training.loss" in self.arrays

    def words(self, name: str, axis: str) -> tuple[str, ...]:
        """What stands along an axis of a tensor, as it is written, if these are tokens or the words of a vocabulary; else ().
        KeyError as `[]`.
        """
        which = self.declared[self[name].name].words.get(axis)
        return self._written[which] if which else ()

    @cached_property
    def _written(self) -> Mapping[str, tuple[str, ...]]:
        spelling = self.config.spelling
        return {which: tuple(piece(token, spelling).text for token in getattr(self, which)) for which in TEXTS}

    def table(self) -> list[dict]:
        """For each tensor its name, axes, shape, meaning and formula, in the order of recording."""
        return [
            {
                "name": name,
                "axes": self.declared[name].axes.split(),
                "shape": list(array.shape),
                "meaning": self.declared[name].meaning,
                "formula": self.declared[name].formula,
            }
            for name, array in self.arrays.items()
        ]

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, over tokens, config, vocabularies, and the name, axes, shape and bytes of every tensor."""
        sha = hashlib.sha256(json.dumps(self._header()).encode())
        for array in self.arrays.values():
            for part in float64s(array):
                sha.update(part)
        return sha.hexdigest()

    def _header(self) -> dict:
        layout = [[name, self.declared[name].axes, array.shape] for name, array in self.arrays.items()]
        words = {"vocabulary": self.vocabulary, "output_vocabulary": self.output_vocabulary, "output_tokens": self.output_tokens,
                 "twin": self.twin}
        return {"tokens": self.tokens, "config": asdict(self.config)} | words | {"tensors": layout}

    def save(self, file: str | os.PathLike | BinaryIO) -> None:
        """Write to exactly this path, or to this open file, as .npz: one array a tensor, and the rest as JSON text."""
        also = [tensor._asdict() for tensor in self.also]
        header = np.array(json.dumps(self._header() | {"also": also, "digest": self.digest}))
        with nullcontext(file) if hasattr(file, "write") else open(file, "wb") as stream:
            np.savez(stream, allow_pickle=False, **{HEADER: header}, **self.arrays)

    def export(self, file: BinaryIO) -> None:
        """Write to this open file as safetensors, for whatever reads these; the rest is JSON text in their metadata."""
        safetensors.write(file, self.arrays, {HEADER: json.dumps(self._header() | {"digest": self.digest})})

    @classmethod
    def load(cls, file: str | os.PathLike | BinaryIO) -> Self:
        """Read what `save` has written. ValueError if it is no trace, or no longer the one that was saved."""
        with np.load(file, allow_pickle=False) as stored:
            if HEADER not in stored:
                raise ValueError(f"{file} is not a trace: it has no {HEADER}")
            header = json.loads(stored[HEADER].item())
            arrays = {name: stored[name] for name in stored.files if name != HEADER}
        words = (tuple(header[key]) for key in ("vocabulary", "output_vocabulary", "output_tokens", "twin"))
        also = tuple(Tensor(**tensor) for tensor in header["also"])
        trace = cls(tuple(header["tokens"]), ModelConfig(**header["config"]), arrays, *words, also)
        if trace.digest != header["digest"]:
            raise ValueError(f"{file} is not the trace that was saved: its digest differs")
        return trace


def float64s(array: np.ndarray) -> Iterator[memoryview]:
    """The bytes of all its numbers as little-endian float64, some rows at a time: a large table need not be copied whole."""
    array = np.atleast_1d(array)
    rows = max(1, AT_ONCE * len(array) // max(1, array.size))
    for start in range(0, len(array), rows):
        yield np.ascontiguousarray(array[start:start + rows], "<f8").data
