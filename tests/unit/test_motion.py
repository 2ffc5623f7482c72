"""The motion gate: what counts as motion and what does not."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.drawn import BISCUIT, PEPPER, SNOW, DrawnHen, SceneState, draw_frame
from detector.motion import MotionGate
from henbot.domain.observations import Posture

START = datetime(2024, 5, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def frame(seed: int, *hens: DrawnHen, hour: float = 12, sun: float = 0, infrared: bool = False) -> NDArray[np.uint8]:
    return draw_frame(SceneState(hour, hens, sun=sun, infrared=infrared, seed=seed), 320, 240)


def used_to(pixels: NDArray[np.uint8]) -> MotionGate:
    """A gate that has seen these pixels for a minute."""
    gate = MotionGate()
    for second in range(60):
        gate.look(pixels, at(second))
    return gate


def test_the_first_frame_passes() -> None:
    assert MotionGate().look(frame(0), at(0)).passes


@pytest.mark.parametrize("gain", [0.5, 0.75, 1.3])
@pytest.mark.parametrize("offset", [-10, 20])
def test_a_jump_of_the_light_is_no_motion(gain: float, offset: int) -> None:
    gate = used_to(frame(0, DrawnHen(PEPPER, Posture.SITTING)))
    jumped = np.clip(frame(1, DrawnHen(PEPPER, Posture.SITTING)) * gain + offset, 0, 255).astype(np.uint8)
    assert not gate.look(jumped, at(60)).moved


@pytest.mark.parametrize("infrared", [False, True])
def test_sensor_noise_is_no_motion(infrared: bool) -> None:
    gate = MotionGate()
    gate.look(frame(0, infrared=infrared), at(0))
    for second in range(1, 20):
        assert not gate.look(frame(second, infrared=infrared), at(second)).moved


@pytest.mark.parametrize("hen", [SNOW, PEPPER, BISCUIT])
@pytest.mark.parametrize("infrared", [False, True])
def test_a_hen_who_comes_in_and_one_who_goes_are_motion(hen: str, infrared: bool) -> None:
    free = frame(0, infrared=infrared)
    entering = frame(1, DrawnHen(hen, Posture.PARTIAL, 0.02), infrared=infrared)  # type: ignore[arg-type]
    assert used_to(free).look(entering, at(60)).moved
    assert used_to(entering).look(free, at(60)).moved


def test_a_hen_who_shifts_by_a_tenth_of_the_picture_is_motion() -> None:
    gate = used_to(frame(0, DrawnHen(BISCUIT, Posture.SITTING, 0.5)))
    assert gate.look(frame(1, DrawnHen(BISCUIT, Posture.SITTING, 0.6)), at(60)).moved


def test_a_hen_who_comes_in_while_the_light_jumps_is_motion() -> None:
    gate = used_to(frame(0))
    darker = (frame(1, DrawnHen(SNOW, Posture.STANDING)) * 0.6).astype(np.uint8)
    assert gate.look(darker, at(60)).moved


@pytest.mark.parametrize("frames_a_second", [0.2, 1, 10])
def test_a_hen_who_sits_still_is_looked_at_every_refresh_at_any_frame_rate(frames_a_second: float) -> None:
    gate = MotionGate(refresh=timedelta(seconds=30))
    sitting = frame(0, DrawnHen(SNOW, Posture.SITTING))
    passed = [
        second
        for second in np.arange(0, 300, 1 / frames_a_second)
        if gate.look(sitting, at(float(second))).passes
    ]  # fmt: skip
    assert len(passed) == 10
    assert np.diff(passed) == pytest.approx(30, abs=0.2)


def test_a_change_of_the_pictures_size_or_a_clock_set_back_starts_afresh() -> None:
    gate = used_to(frame(0))
    assert gate.look(frame(1)[:200], at(60)).passes
    assert gate.look(frame(2)[:200], at(-3600)).passes


def test_the_gate_answers_whether_a_frame_passes() -> None:
    gate = used_to(frame(0))
    assert gate.moved(frame(1, DrawnHen(SNOW, Posture.STANDING)), at(60))
