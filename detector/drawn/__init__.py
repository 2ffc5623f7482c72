"""Drawn nest pictures: for the demo without real ones, for tests, and for the README."""

from detector.drawn.hens import BISCUIT, FLOCK, PEPPER, SNOW
from detector.drawn.scene import DrawnHen, SceneState, draw_frame
from detector.drawn.story import write_dataset

__all__ = ["BISCUIT", "FLOCK", "PEPPER", "SNOW", "DrawnHen", "SceneState", "draw_frame", "write_dataset"]
