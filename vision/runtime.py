"""ONNX networks: read once, run on few threads, never spinning beside the window."""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import StationError
from tcm_station.resources import AssetMissing, asset

if TYPE_CHECKING:
    import onnxruntime

THREADS = 2
_loading = threading.Lock()


class Network:
    """One loaded network. `run` may be called from several threads at once."""

    def __init__(self, session: "onnxruntime.InferenceSession") -> None:
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]

    def run(self, **inputs: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """All outputs by name for inputs by name."""
        answers = self._session.run(self._outputs, inputs)
        return {name: np.asarray(answer) for name, answer in zip(self._outputs, answers, strict=True)}


def load_network(name: str) -> Network:
    """The network `assets/models/<name>.onnx`, read on the first call and kept.

    Raises StationError `model-unreadable` when the file is missing or damaged: the installation is broken.
    """
    with _loading:
        return _load(name)


@lru_cache(maxsize=8)
def _load(name: str) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    # Spinning threads answer a little faster and burn a core that the window needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    damaged: tuple[type[Any], ...] = (
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph,
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
        onnxruntime.capi.onnxruntime_pybind11_state.Fail,
        AssetMissing,
    )
    try:
        path = asset(f"models/{name}.onnx")
        return Network(onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]))
    except damaged as error:
        raise StationError("model-unreadable", name=f"{name}.onnx") from error
