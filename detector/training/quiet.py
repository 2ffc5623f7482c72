"""TensorFlow without its many lines on the keeper's terminal."""

import os
from types import ModuleType

from detector.backbone import quiet_start
from henbot.domain.errors import TrainingFailed


def tensorflow() -> ModuleType:
    """The library, on the processor alone; what it says of itself when it starts goes nowhere.

    Raises:
        TrainingFailed: it is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    try:
        with quiet_start():
            import tensorflow as tf

            tf.zeros(1)  # The search for graphics cards comes with the first operation.
    except ModuleNotFoundError as error:
        raise TrainingFailed(
            "fine-tuning wants TensorFlow, which is not installed: pip install 'henbot[train]', or omit --fine-tune"
        ) from error
    found: ModuleType = tf
    return found
