"""One camera: frames in, observations out. Knows nothing of storage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import cv2
import numpy as np

from detector.crops import Pixels, cut
from detector.frame import Frame
from detector.motion import MotionGate
from detector.recognition import Recogniser, Recognition
from detector.watching import say
from henbot.config import CameraConfig, NestConfig
from henbot.domain.errors import FrameUnreadable
from henbot.domain.observations import Bird, Box, NestId, Observation

PICTURE_SIDE_PX = 1280
JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What was said of the nests of one frame.

    Attributes:
        crops: (n, 224, 224, 3) uint8 RGB.
        nests: their ids.
        at: capture time of the frame.
        said: one answer a crop.
    """

    crops: Pixels
    nests: Sequence[NestId]
    at: datetime
    said: Sequence[Recognition]


class Pipeline:
    """One camera's way from a frame to observations.

    A motion-triggered camera has chosen its frames itself; on a continuous one a motion gate spares the model frames
    that show nothing new. The recogniser may be replaced between two frames.

    Attributes:
        looked: what was said of the last frame, None if nothing moved in it.
    """

    def __init__(self, camera: CameraConfig, recogniser: Recogniser) -> None:
        self.camera = camera
        self.recogniser = recogniser
        self.looked: Looked | None = None
        self._gate = MotionGate() if camera.trigger == "continuous" else None

    def observe(self, frame: Frame) -> list[Observation]:
        """What is seen in each nest; nothing if nothing moved since the last look.

        Raises:
            FrameUnreadable: a nest's polygon lies outside the picture.
        """
        self.looked = None
        if self._gate and not self._gate.moved(frame.pixels, frame.captured_at):
            return []
        nests = self.camera.nests
        try:
            crops = np.stack([cut(frame.pixels, nest.polygon) for nest in nests])
        except ValueError as exc:
            raise FrameUnreadable(f"{frame.name}: {exc}") from exc
        ids = [nest.id for nest in nests]
        said = say(self.recogniser, crops, ids, frame.captured_at)
        self.looked = Looked(crops, ids, frame.captured_at, said)
        return [self._observation(frame, nest, one) for nest, one in zip(nests, said, strict=True)]

    def _observation(self, frame: Frame, nest: NestConfig, said: Recognition) -> Observation:
        return Observation(
            camera=self.camera.id,
            nest=nest.id,
            at=frame.captured_at,
            hens_probabilities=said.hens_probabilities,
            birds=tuple(_in_frame(bird, nest.polygon) for bird in said.birds),
            quality=said.quality,
            model=self.recogniser.version,
            frame=frame.name,
            eggs_probabilities=said.eggs_probabilities,
        )


def _in_frame(bird: Bird, polygon: Sequence[tuple[float, float]]) -> Bird:
    """The bird with her box relative to the frame; it comes relative to the nest's crop, the rectangle around it."""
    if bird.box is None:
        return bird
    corners = np.clip(np.asarray(polygon), 0.0, 1.0)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    x1, x2 = (left + x * (right - left) for x in (bird.box.x1, bird.box.x2))
    y1, y2 = (top + y * (bottom - top) for y in (bird.box.y1, bird.box.y2))
    return replace(bird, box=Box(x1, y1, x2, y2))


def nest_picture(pixels: Pixels, polygon: Sequence[tuple[float, float]]) -> bytes:
    """A JPEG of the nest's surroundings (the rectangle around its polygon), at most 1280 pixels a side.

    Args:
        pixels: (height, width, 3) uint8 RGB.
    """
    height, width = pixels.shape[:2]
    corners = np.asarray(polygon) * (width, height)
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), (left + 1, top + 1), (width, height)).astype(int)
    part = pixels[top:bottom, left:right]
    scale = min(1.0, PICTURE_SIDE_PX / max(part.shape[:2]))
    if scale < 1.0:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(part, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not done:
        raise FrameUnreadable("the nest's picture could not be encoded as JPEG")
    return encoded.tobytes()
