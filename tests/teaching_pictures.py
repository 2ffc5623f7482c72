"""A keeper of the drawn nest teaches the bot in private: what they see, for docs/pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep

from detector.drawn import write_dataset
from henbot.sandbox import Message, Sandbox
from tests.keeper import Keeper, answer_all, keeping, words

TRAINING_S = 240.0
CURVE_S = 8.0
"""Then the learning curve is there, where there are labels enough for one."""

FIRST_EVENING, SECOND_EVENING = "20240504184500", "20240505184500"


def teach(folder: Path, sandbox: Sandbox, shown: Callable[[str], None]) -> None:
    """Play both drawn days with answers, trainings and a correction.

    Args:
        shown: called with a picture's name when the private chat shows what that picture is of.
    """
    coop = write_dataset(folder / "drawn")
    (folder / "teaching").mkdir()
    with keeping(coop, folder / "teaching", sandbox) as keeper:
        keeper.plays(FIRST_EVENING)
        keeper.asks("/label")
        shown("teach-ask")
        answer_all(keeper)
        _serve(keeper, _train(keeper))
        keeper.plays(SECOND_EVENING)
        _correct(keeper)
        shown("teach-correct")
        keeper.asks("/undo")
        answer_all(keeper)
        _train(keeper)
        sleep(CURVE_S)
        shown("teach-learn")


def _train(keeper: Keeper) -> Message:
    before = keeper.asks("/train").message_id
    return keeper.sees(
        lambda message: message.message_id >= before and "is a candidate" in words(message), timeout_s=TRAINING_S
    )


def _serve(keeper: Keeper, candidate: Message) -> None:
    keeper.presses(candidate, "Let it serve")
    keeper.presses(keeper.sees(lambda message: "Yes, switch" in message.buttons), "Yes, switch")
    keeper.sees(lambda message: "It serves now" in words(message))


def _correct(keeper: Keeper) -> None:
    """Say of the newest bout whose it was."""
    told = keeper.sees(lambda message: any(button.startswith("✏️") for button in message.buttons))
    keeper.presses(told, next(button for button in told.buttons if button.startswith("✏️")))
    asked = keeper.sees(lambda message: "Who was it?" in words(message))
    keeper.presses(asked, "Pepper" if "Pepper" in asked.buttons else asked.buttons[0])
    keeper.sees(lambda message: "I put it right" in words(message))
