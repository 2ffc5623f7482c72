"""Where in a crop the stock network sees a hen: its last two layers, place by place instead of pooled."""

from functools import cache

import numpy as np

from detector.backbone import ASSET, COCK, HEN, OUTPUT_SHAPES, Features, Floats, stored_weights
from henbot.domain.errors import ModelLoadFailed

_DEEP, _CLASSES, _PROJECT = OUTPUT_SHAPES["deep"][0], OUTPUT_SHAPES["classes"][0], OUTPUT_SHAPES["project"][-1]
_LAYERS = ((_DEEP, 1, 1, _PROJECT), (_DEEP,), (_CLASSES, _DEEP), (_CLASSES,))
_CEILING = 6.0
"""Of ReLU6, which follows the first of the two."""


def bird_evidence(features: Features) -> float:
    """Logarithm of the probability of the classes cock and hen over the whole crop."""
    return float(np.log(features.classes[COCK] + features.classes[HEN] + 1e-6))


def bird_places(features: Features) -> Floats:
    """(49,): the same for each place of the last map, as if it alone filled the crop; some 3 ms on one core."""
    weights, bias, last, last_bias = _last_layers()
    deep = np.clip(features.project.reshape(-1, _PROJECT) @ weights.T + bias, 0.0, _CEILING)
    logits = deep @ last.T + last_bias
    total = np.logaddexp.reduce(logits, axis=1)
    return np.asarray(np.logaddexp(logits[:, COCK], logits[:, HEN]) - total, np.float32)


@cache
def _last_layers() -> tuple[Floats, Floats, Floats, Floats]:
    """Weights and biases of the two last layers; raises ModelLoadFailed where the network is another one."""
    found = stored_weights()
    if not set(_LAYERS) <= set(found):
        raise ModelLoadFailed(f"{ASSET}: has no layers of shapes {_LAYERS}; install henbot again")
    weights, bias, last, last_bias = (found[shape] for shape in _LAYERS)
    return weights.reshape(_DEEP, _PROJECT), bias, last, last_bias
