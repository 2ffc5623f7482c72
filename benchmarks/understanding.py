"""How well questions are understood that nothing was learned from, and the weights that the bot weighs them by.

The tables in `tests/` hold labelled questions. Each in turn is left out and what is left teaches how to understand it:
that shows what the weights are worth. `--learn` writes the weights of all
(henbot/bot/questions/weights.json); the table of 200 teaches nothing, so that a test of it says something.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from henbot.bot.questions import Intent, weighing
from henbot.bot.questions.understanding import signs_in
from tests.question_tables import Row, rows_of

WEIGHTS = Path(weighing.__file__).with_name("weights.json")
TABLES = ("questions_later", "questions_more", "questions_other_hens", "questions_fresh", "questions_ways")
HELD_OUT = "questions"

STEPS, RATE, DECAY, SEED_OF_SQUARES = 600, 0.5, 1e-4, 1e-6
"""AdaGrad (Duchi 2011) over all questions at once. Between 100 and 300 steps no figure moves by more than 0.2 %."""

LEAST = 8
"""Hundredths below which a weight says nothing; leaving them out halves the file."""

INTENTS = tuple(Intent)

Labelled = tuple[frozenset[str], Intent]


@click.command()
@click.option("--learn", is_flag=True, help="Write the weights that all tables teach.")
def main(learn: bool) -> None:
    """Show how well each table is understood by what the others teach, or write the weights of all."""
    labelled = {table: [_labelled(row) for row in rows_of(table)] for table in (*TABLES, HELD_OUT)}
    if learn:
        _write(*weights_of([one for table in TABLES for one in labelled[table]]))
        return
    for table, rows in labelled.items():
        others = [one for other in TABLES if other != table for one in labelled[other]]
        signs, weights = weights_of(others)
        right = sum(_likeliest(one[0], signs, weights) is one[1] for one in rows)
        print(f"{table}: {right} of {len(rows)} intents ({right / len(rows):.1%})")


def _labelled(row: Row) -> Labelled:
    return signs_in(row.question, row.today, row.hens), Intent(row.meaning[0])


def weights_of(labelled: Sequence[Labelled]) -> tuple[dict[str, int], NDArray[np.float32]]:
    """The row of each sign, and weights (signs, intents) by multinomial logistic regression.

    Signs that occur once say nothing; the others of a question share a length of one.
    """
    often: dict[str, int] = {}
    for signs, _ in labelled:
        for sign in signs:
            often[sign] = often.get(sign, 0) + 1
    rows = {sign: row for row, sign in enumerate(sorted(sign for sign, times in often.items() if times > 1))}
    told = np.zeros((len(labelled), len(rows)), np.float32)
    for at, (signs, _) in enumerate(labelled):
        known = [rows[sign] for sign in signs if sign in rows]
        told[at, known] = 1 / np.sqrt(max(len(known), 1))
    wanted = np.eye(len(INTENTS), dtype=np.float32)[[INTENTS.index(intent) for _, intent in labelled]]
    weights = np.zeros((len(rows), len(INTENTS)), np.float32)
    squares = np.full_like(weights, SEED_OF_SQUARES)
    for _ in range(STEPS):
        gradient = told.T @ (_shares(told @ weights) - wanted) / len(labelled) + DECAY * weights
        squares += gradient**2
        weights -= RATE * gradient / np.sqrt(squares)
    return rows, weights


def _shares(sums: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(sums - sums.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _likeliest(signs: frozenset[str], rows: dict[str, int], weights: NDArray[np.float32]) -> Intent:
    return INTENTS[int(weights[[rows[sign] for sign in signs if sign in rows]].sum(axis=0).argmax())]


def _write(rows: dict[str, int], weights: NDArray[np.float32]) -> None:
    hundredths = np.rint(weights * 100).astype(int)
    hundredths[np.abs(hundredths) < LEAST] = 0
    lines = [
        f"{json.dumps(sign, ensure_ascii=False)}:{json.dumps(hundredths[row].tolist(), separators=(',', ':'))}"
        for sign, row in rows.items()
        if hundredths[row].any()
    ]
    names = json.dumps([intent.value for intent in INTENTS])
    WEIGHTS.write_text(f'{{"intents":{names},"weights":{{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")
    print(f"{WEIGHTS}: {len(lines)} signs")


if __name__ == "__main__":
    main()
