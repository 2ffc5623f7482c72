"""The story that a keeper lives, on a real coop's frames: from a bot that knows nobody to one that names its hen.

Two days of chickencam, whose first is mostly Ginger's. The answers are those that its `labels.csv` gives.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from henbot.sandbox import CHANNEL_ID
from tests.keeper import Keeper, answer_all, keeping, pressed, words
from tests.processes import wait_until
from tests.sandbox_bots import checked_sandbox

TRAINING_S = 150.0
ENOUGH_ANSWERS = 10
NOBODY_NAMED = "A hen I could not name"


@pytest.fixture
def keeper(shared_data: Path, tmp_path: Path) -> Iterator[Keeper]:
    with checked_sandbox() as sandbox, keeping(shared_data / "chickencam", tmp_path, sandbox) as one:
        yield one


def channel_says(keeper: Keeper, came: str, who: str) -> None:
    """Wait until the channel's message about a bout begins with somebody."""
    keeper.sees(lambda message: f"came {came}" in words(message) and who in words(message), CHANNEL_ID)


def is_candidate(button: str) -> bool:
    return "candidate" in button


@pytest.mark.timeout(400)
def test_a_keeper_teaches_the_bot_in_a_chat_until_it_names_a_hen_puts_it_right_and_takes_all_of_it_back(
    keeper: Keeper,
) -> None:
    keeper.plays("20161003184500")
    channel_says(keeper, "9:26", NOBODY_NAMED)
    channel_says(keeper, "15:35", NOBODY_NAMED)
    assert answer_all(keeper) >= ENOUGH_ANSWERS

    keeper.asks("/train")
    candidate = keeper.sees(lambda message: "is a candidate" in words(message), timeout_s=TRAINING_S)
    assert "Ginger" in words(candidate)
    pressed(keeper, candidate, "👥 Let it look on")
    keeper.plays("20161004080000", one_by_one=True)
    versions = keeper.asks("/models")
    page = pressed(keeper, versions, next(filter(is_candidate, versions.buttons)))
    assert re.search(r"In shadow since .*: \d+ pictures?, ", words(page))

    keeper.presses(pressed(keeper, page, "Let it serve"), "Yes, switch")
    keeper.sees(lambda message: "It serves now" in words(message))
    keeper.plays("20161004164500")
    channel_says(keeper, "14:12", "Ginger")
    channel_says(keeper, "10:56", NOBODY_NAMED)

    of_olive = keeper.sees(lambda message: "came 10:56" in words(message))
    keeper.presses(of_olive, "✏️ I know who it is")
    keeper.presses(keeper.sees(lambda message: "Who was it?" in words(message)), "Olive")
    channel_says(keeper, "10:56", "Olive")
    assert "Olive – probably laid" in words(keeper.asks("who laid today"))

    assert "Olive" in words(keeper.asks("/undo"))
    channel_says(keeper, "10:56", NOBODY_NAMED)
    assert "Olive –" not in words(keeper.asks("who laid today"))

    assert "What was shipped with me looks at the pictures again" in words(keeper.asks("/rollback"))
    wait_until(keeper.database, "SELECT count(*) = 0 FROM model_versions WHERE serving", 1)
    told = words(keeper.asks("/log"))
    assert [line for line in ("switched to version", "correction: it was Olive", "training") if line not in told] == []
