"""A frame: pixels, the camera they came from, and when."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from henbot.domain.observations import CameraId


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of one camera.

    Attributes:
        camera: the camera's id in `coop.yaml`.
        captured_at: aware UTC.
        pixels: (height, width, 3) uint8, RGB.
        name: what the source calls it, a file name for a folder of stills.
    """

    camera: CameraId
    captured_at: datetime
    pixels: NDArray[np.uint8]
    name: str = ""
