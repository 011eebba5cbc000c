"""The safetensors format: the length of a header in 8 bytes, the header in JSON, then the numbers of all arrays as they are.

Own code, for the sake of the memory: arrays stay in the file, which all processes that read it share, and nothing is copied. The
package of that name gives numpy its own copy of every array.
"""

import json
import mmap
import os
from collections.abc import Mapping
from typing import BinaryIO

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
          "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}
METADATA = "__metadata__"
MOST_HEADER = 100_000_000                 # bytes, as in the format's own reader


def read(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """The arrays in a file by name: read-only, and in the file, but for bfloat16, which becomes float32.

    Raises ValueError if it is no such file, or not whole; OSError if it cannot be read.
    """
    with open(path, "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            raise ValueError("is empty")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    size = int.from_bytes(data[:8], "little")
    if not 2 <= size <= MOST_HEADER or data[8:9] != b"{":
        raise ValueError("is no safetensors file")
    if size > len(data) - 8:
        raise ValueError("is cut off within its header")
    try:
        header = json.loads(data[8:8 + size])
        return {name: _array(data, 8 + size, entry) for name, entry in header.items() if name != METADATA}
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"is no safetensors file: its header is not sound: {type(error).__name__}: {error}") from error


def write(file: BinaryIO, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> None:
    """Writes arrays of float32 and float64 to an open file, in their order, each with its numbers row after row."""
    header, start, names = {METADATA: dict(metadata)}, 0, {np.dtype(DTYPES[name]): name for name in ("F32", "F64")}
    for name, array in arrays.items():
        header[name] = {"dtype": names[array.dtype], "shape": array.shape, "data_offsets": [start, start + array.nbytes]}
        start += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)       # so that every array begins at a whole number of its own size
    file.write(len(text).to_bytes(8, "little") + text)
    for array in arrays.values():
        file.write(np.ascontiguousarray(array).data)


def _array(data: mmap.mmap, begin: int, entry: Mapping) -> np.ndarray:
    """One array of a file whose numbers begin at that byte."""
    (start, end), shape, kind = entry["data_offsets"], tuple(entry["shape"]), entry["dtype"]
    dtype = np.dtype(DTYPES.get(kind, "u1"))
    count = int(np.prod(shape, dtype=object)) if kind in DTYPES else end - start
    if begin + end > len(data):
        raise ValueError(f"is cut off: it has {len(data)} bytes, and its numbers go on to byte {begin + end}")
    if not 0 <= start <= end or count * dtype.itemsize != end - start:
        raise ValueError("is no safetensors file: the places of its arrays do not fit their shapes")
    array = np.frombuffer(data, dtype, count, begin + start)
    if kind not in DTYPES:                # one byte after the other: nothing here can be done with them
        return array
    if kind == "BF16":                    # the upper half of a float32
        array = (array.astype("<u4") << 16).view("<f4")
        array.flags.writeable = False
    return array.reshape(shape)
