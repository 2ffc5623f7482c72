"""What people tell instead of asking: written down only where a sentence can mean nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from henbot.bot.questions.statements import Found, Taken, Treated, found_in, statement_of, taken_in, treated_in
from henbot.domain.observations import HenId
from tests.coop_builder import HENS

TODAY, YESTERDAY = date(2026, 11, 24), date(2026, 11, 23)
GINGER, OLIVE = HenId("ginger"), HenId("olive")
NAMES = {name: HenId(hen) for hen, names in HENS.items() for name in (hen, *names.values())}
ALL = Taken(None, everything=True)


def number(eggs: int, day: date | None = None) -> Taken:
    return Taken(eggs, everything=False, day=day)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("collected 5", number(5)),
        ("I collected 5 eggs today", number(5)),
        ("picked up six eggs", number(6)),
        ("half a dozen eggs collected", number(6)),
        ("took an egg", number(1)),
        ("we collected 4 eggs yesterday", number(4, YESTERDAY)),
        ("took all the eggs", ALL),
        ("eggs collected", ALL),
        ("собрали 5 яиц", number(5)),
        ("забрал двадцать одно яйцо", number(21)),
        ("взяла десяток яиц", number(10)),
        ("вчера собрали 3 яйца", number(3, YESTERDAY)),
        ("всё собрали", ALL),
        ("яйца собраны", ALL),
        ("собрала", Taken(None, everything=False)),
    ],
)
def test_a_plain_sentence_tells_of_eggs_taken(text: str, taken: Taken) -> None:
    assert statement_of(text, TODAY, NAMES) == taken


@pytest.mark.parametrize(
    "text",
    [
        "did you collect 5 eggs",
        "collected 5 eggs?",
        "who took the eggs",
        "we have not collected the eggs",
        "eggs collected this week",
        "how many eggs were collected",
        "Ginger took 5 eggs",
        "took a photo",
        "собрали 5 яиц?",
        "кто собрал яйца",
        "сколько собрали яиц",
        "не собрали яйца",
        "яйца ещё не собраны",
        "кто-нибудь собирал яйца",
        "собрали 5 яиц за неделю",
        "где нашли яйцо",
        "found an egg",
        "who laid today",
        "",
    ],
)
def test_a_question_or_a_sentence_with_more_in_it_is_not_written_down(text: str) -> None:
    assert statement_of(text, TODAY, NAMES) is None


@pytest.mark.parametrize(
    ("text", "taken"),
    [("5", number(5)), ("пять яиц", number(5)), ("all", ALL), ("все", ALL), ("", Taken(None, everything=False))]
    + [(text, None) for text in ("-5", "– 5", "5.5", "abc", "5 6", "сколько")],
)
def test_behind_the_command_stands_a_number_or_all(text: str, taken: Taken | None) -> None:
    assert taken_in(text, TODAY) == taken


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ginger under the bush", Found(1, GINGER, "under the bush")),
        ("Рыжухи под кустом", Found(1, GINGER, "под кустом")),
        ("under the bush", Found(1, None, "under the bush")),
        ("2 in the shed", Found(2, None, "in the shed")),
        ("вчера Олив за сараем", Found(1, OLIVE, "за сараем", YESTERDAY)),
        ("Ginger", Found(1, GINGER, "")),
        ("bush", Found(1, None, "bush")),
        ("Henrietta under the bush", Found(1, None, "Henrietta under the bush", called="Henrietta")),
        ("", None),
        ("400 in the shed", None),
    ],
)
def test_an_egg_outside_has_a_place_and_perhaps_a_hen(text: str, found: Found | None) -> None:
    assert found_in(text, TODAY, NAMES) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("found an egg under the bush", Found(1, None, "under the bush")),
        ("Нашли яйцо Рыжухи под кустом", Found(1, GINGER, "под кустом")),
    ],
)
def test_a_plain_sentence_tells_of_an_egg_outside(text: str, found: Found) -> None:
    assert statement_of(text, TODAY, NAMES) == found


@pytest.mark.parametrize(
    ("text", "treated"),
    [
        ("Ginger wormer 7 days", Treated(GINGER, everyone=False, what="wormer", days=7)),
        ("Рыжуха от глистов 7 дней", Treated(GINGER, everyone=False, what="от глистов", days=7)),
        ("all Flubenvet 7", Treated(None, everyone=True, what="Flubenvet", days=7)),
        ("всех Флубенвет 2 недели", Treated(None, everyone=True, what="Флубенвет", days=14)),
        ("Flubenvet 7", Treated(None, everyone=False, what="Flubenvet", days=7)),
        ("Ginger wormer", Treated(GINGER, everyone=False, what="wormer", days=None)),
        ("", None),
    ],
)
def test_a_treatment_has_a_hen_and_days_and_neither_is_guessed(text: str, treated: Treated | None) -> None:
    assert treated_in(text, NAMES) == treated
