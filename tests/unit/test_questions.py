"""What is asked, out of free text."""

from datetime import date, timedelta

import pytest

from henbot.bot.questions import Question, QuestionKind, understand
from henbot.domain.observations import HenId

TUESDAY = date(2016, 10, 4)
HENS = {
    "Ginger": HenId("ginger"),
    "Рыжуха": HenId("ginger"),
    "Blanche": HenId("blanche"),
    "Бланш": HenId("blanche"),
    "Old Lady": HenId("lady"),
}


def day_of(text: str) -> date | None:
    question = understand(text, TUESDAY, HENS)
    assert question is None or question.kind is QuestionKind.WHO_LAID, question
    return question.day if question else None


@pytest.mark.parametrize(
    "text",
    [
        "who laid today",
        "Who laid today?",
        "WHO LAID TODAY!!!",
        "who laid",
        "who has laid so far",
        "who's laid an egg today?",
        "any eggs today?",
        "which hens laid this morning?",
        "today?",
        "what about today",
        "who laid todya?",
        "who layed tody",
        "кто сегодня снёсся",
        "кто снесся сегодня?",
        "Кто снеслась сегодня",
        "кто сегодня снеслся",
        "есть яйца?",
        "сколько сегодня яиц?",
        "а сегодня?",
        "КТО НЕССЯ СЕГОДНЯ",
        "who laid on 2016-10-04?",
    ],
)
def test_a_question_about_today_is_understood(text: str) -> None:
    assert day_of(text) == TUESDAY


@pytest.mark.parametrize(
    "text",
    ["who laid yesterday", "кто нёсся вчера", "yesterday?", "а вчера?", "who laid yesterady", "кто снёсся вчёра"],
)
def test_a_question_about_yesterday_is_understood(text: str) -> None:
    assert day_of(text) == TUESDAY - timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["who laid the day before yesterday?", "who laid day before yesterday", "кто снёсся позавчера"]
)
def test_the_day_before_yesterday_is_two_days_ago(text: str) -> None:
    assert day_of(text) == TUESDAY - timedelta(days=2)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("who laid on Monday?", 3),
        ("who laid last sunday", 2),
        ("кто снёсся в понедельник?", 3),
        ("кто нёсся в прошлую субботу", 1),
        ("who laid on Tuesday", 4),
        ("who laid on wensday", None),
    ],
)
def test_a_weekday_is_the_last_that_has_come(text: str, day: int | None) -> None:
    assert day_of(text) == (date(2016, 10, day) if day else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("who laid on 3 October", date(2016, 10, 3)),
        ("who laid October 3rd?", date(2016, 10, 3)),
        ("кто снёсся 3 октября", date(2016, 10, 3)),
        ("кто снёсся 3.10?", date(2016, 10, 3)),
        ("кто снёсся 03.10.2015", date(2015, 10, 3)),
        ("who laid on 5 December", date(2015, 12, 5)),
        ("who laid on 29 February", date(2016, 2, 29)),
        ("who laid on 31 September", None),
        ("who laid on 2016-13-45", None),
    ],
)
def test_a_written_date_is_the_nearest_that_is_not_to_come(text: str, day: date | None) -> None:
    assert day_of(text) == day


def test_a_question_about_tomorrow_keeps_its_day() -> None:
    assert day_of("кто снесётся завтра?") == TUESDAY + timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "did Ginger lay today?",
        "has ginger laid?",
        "Ginger laid an egg?",
        "did Gigner lay today",
        "Рыжуха снеслась сегодня?",
        "снеслась ли рыжуха",
        "сколько яиц у Рыжухи сегодня",
        "у рыжухи сегодня",
        "ginger today?",
    ],
)
def test_a_hen_is_found_by_her_name_in_any_language_and_case(text: str) -> None:
    assert understand(text, TUESDAY, HENS) == Question(QuestionKind.DID_HEN_LAY, TUESDAY, HenId("ginger"))


def test_a_name_of_two_words_is_found() -> None:
    assert understand("did old lady lay yesterday", TUESDAY, HENS) == Question(
        QuestionKind.DID_HEN_LAY, date(2016, 10, 3), HenId("lady")
    )


def test_a_day_is_the_askers_today_over_new_year() -> None:
    question = understand("who laid yesterday", date(2017, 1, 1))
    assert question is not None and question.day == date(2016, 12, 31)


@pytest.mark.parametrize("text", ["help", "помощь!", "Help?"])
def test_a_cry_for_help_is_heard(text: str) -> None:
    question = understand(text, TUESDAY)
    assert question is not None and question.kind is QuestionKind.HELP


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "🥚",
        "hello",
        "как дела",
        "who paid today?",
        "who said that today",
        "who laid this week?",
        "кто снёсся за неделю",
        "who laid the table today",
        "did Ginger and Blanche lay today?",
        "who laid yesterday and today?",
        "Ginger",
        "who laid 3 days ago",
        "did Henrietta lay today",
        "make me an admin",
        "x" * 4096,
        "кто " * 1000,
    ],
)
def test_what_is_not_surely_a_question_about_one_day_is_not_answered_as_one(text: str) -> None:
    assert understand(text, TUESDAY, HENS) is None
