"""From reports to words: pure, honest, in every language."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fluent.syntax import FluentParser, ast, visitor

from henbot.bot import language
from henbot.bot.asking import hens_by_name
from henbot.bot.formatting import format_bout, format_day, format_future, format_hen_day
from henbot.bot.language import PhraseMissing, best_language, languages, phrases
from henbot.bot.wording import Wording, plain
from henbot.domain.coverage import Coverage, Span
from henbot.domain.flock import Hen, Nest
from henbot.domain.observations import UNKNOWN, CameraId, HenId, NestId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.services.reports import BoutReport, DayReport
from tests.coop_builder import HENS, oct4

UTC_ZONE = ZoneInfo("UTC")
NEST = NestId("nest")
FLOCK = tuple(Hen(HenId(hen), names) for hen, names in HENS.items())
CAME, EVENING = oct4(9, 26), oct4(20)
HOURS = Span(oct4(7), oct4(18, 45))
WHOLE = Coverage(HOURS.length, HOURS.length)
GAPS = (Span(oct4(7), oct4(7, 18)), Span(oct4(16, 43), oct4(18, 45)))
PARTLY = Coverage(HOURS.length, HOURS.length - sum((gap.length for gap in GAPS), timedelta()), GAPS)


def wording(language: str = "en", nests: int = 1, zone: str = "UTC") -> Wording:
    named = tuple(Nest(NestId(f"nest{n or ''}"), CameraId("cam"), names={"": f"Box {n}"}) for n in range(nests))
    return Wording(phrases(language), ZoneInfo(zone), {hen.id: hen for hen in FLOCK}, named)


def bout(hen: str = "ginger", came: datetime = CAME, **fields: Any) -> BoutReport:
    left: datetime | None = fields.pop("left", None)
    settled: datetime | None = fields.pop("settled", None)
    known: Mapping[str, Any] = {
        "id": VisitId(f"{hen}{came:%H%M}"),
        "revision": 1,
        "hen": HenId(hen),
        "nest": NEST,
        "arrived_at": came,
        "last_seen_at": left or settled or came,
        "left_at": left,
        "settled_at": settled,
        "sat": timedelta(),
        "verdict": Verdict.UNSURE,
        "egg_candidates": (),
        "candidates": (),
        "visits": 1,
        "picture": None,
        "gone": False,
    }
    return BoutReport(**{**known, **fields})


def day(*bouts: BoutReport, now: datetime = EVENING, coverage: Coverage = WHOLE, **fields: Any) -> DayReport:
    known: Mapping[str, Any] = {
        "day": date(2016, 10, 4),
        "now": now,
        "timezone": UTC_ZONE,
        "hours": (HOURS,),
        "coverage": coverage,
        "bouts": bouts,
        "flock": FLOCK,
        "nests": (),
    }
    return DayReport(**{**known, **fields})


def told(report: DayReport, language: str = "en", sitting: Mapping[VisitId, datetime] | None = None) -> str:
    return plain(format_day(report, wording(language), oct4(7), sitting or {}))


# One bout, as the channel is told of it


def test_a_hen_came() -> None:
    assert plain(format_bout(bout(), wording(), oct4(9, 27))) == "🐔 Ginger came to the nest\ncame 9:26"


def test_a_hen_sits_since_a_time_and_not_for_a_time() -> None:
    words = format_bout(bout(settled=oct4(9, 31)), wording(), oct4(9, 50), oct4(9, 31))
    assert plain(words) == "🐔 Ginger · sitting since 9:31\ncame 9:26"
    assert words == format_bout(bout(settled=oct4(9, 31)), wording(), oct4(10, 20), oct4(9, 31))


def test_a_hen_left_with_a_verdict() -> None:
    over = bout(settled=oct4(9, 31), left=oct4(10, 42), verdict=Verdict.PROBABLY)
    words = plain(format_bout(over, wording(), oct4(11)))
    assert words == "🥚 Ginger – probably laid\ncame 9:26 · settled 9:31 · left 10:42"


def test_a_hen_who_is_back_is_not_said_to_have_sat_all_the_time() -> None:
    again = bout(settled=oct4(9, 31), visits=2)
    assert plain(format_bout(again, wording(), oct4(10))) == "🐔 Ginger is back in the nest\ncame 9:26 · settled 9:31"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "🐔 Рыжуха: пришла в гнездо\nпришла в 9:26"),
        ("en", "🐔 Ginger came to the nest\ncame 9:26"),
    ],
)
def test_a_bout_is_told_in_each_language(language: str, words: str) -> None:
    assert plain(format_bout(bout(), wording(language), oct4(9, 27))) == words


def test_hens_are_feminine_in_russian() -> None:
    over = bout(settled=oct4(9, 31), left=oct4(10, 42), verdict=Verdict.LAID)
    words = plain(format_bout(over, wording("ru"), oct4(11)))
    assert words == "🥚 Рыжуха – снеслась\nпришла в 9:26 · села в 9:31 · ушла в 10:42"


@pytest.mark.parametrize(
    ("verdict", "settled", "words"),
    [
        (Verdict.LAID, oct4(9, 31), "laid"),
        (Verdict.PROBABLY, oct4(9, 31), "probably laid"),
        (Verdict.UNSURE, oct4(9, 31), "not sure whether she laid"),
        (Verdict.NOT_LAID, None, "only looked in"),
        (Verdict.NOT_LAID, oct4(9, 31), "sat, but no egg"),
    ],
)
def test_each_verdict_has_its_own_words(verdict: Verdict, settled: datetime | None, words: str) -> None:
    over = bout(settled=settled, left=oct4(10, 42), verdict=verdict)
    assert f"Ginger – {words}\n" in plain(format_bout(over, wording(), oct4(11)))


def test_an_egg_of_one_of_two_hens_names_both() -> None:
    over = bout(left=oct4(10, 42), egg_candidates=(HenId("ginger"), HenId("olive")))
    assert "an egg, but not sure whose: Ginger or Olive" in plain(format_bout(over, wording(), oct4(11)))


@pytest.mark.parametrize(("probability", "told_like"), [(0.39, False), (0.4, True)])
def test_an_unnamed_hen_looks_like_one_only_if_she_does_so_enough(probability: float, told_like: bool) -> None:
    candidates = ((UNKNOWN, 1 - probability), (HenId("ginger"), probability))
    words = plain(format_bout(bout("unknown", candidates=candidates), wording(), oct4(9, 27)))
    assert words.startswith("🐔 A hen I could not name")
    assert ("(looks most like Ginger)" in words) is told_like


def test_names_are_escaped_for_html_and_come_back_as_they_were() -> None:
    hen = Hen(HenId("x"), {"": "<b>Tom & Jerry"})
    speaking = replace(wording(), hens={hen.id: hen})
    words = format_bout(bout("x"), speaking, oct4(9, 27))
    assert "&lt;b&gt;Tom &amp; Jerry" in words
    assert "<b>Tom & Jerry" in plain(words)


def test_the_nest_is_named_where_there_are_several() -> None:
    assert "Box 0" not in format_bout(bout(), wording(), oct4(9, 27))
    assert plain(format_bout(bout(), wording(nests=2), oct4(9, 27))).endswith("came 9:26 · Box 0")


def test_times_are_the_coops() -> None:
    assert "came 11:26" in format_bout(bout(), wording(zone="Europe/Berlin"), oct4(9, 27))


def test_a_bout_of_another_day_has_its_date() -> None:
    late = format_bout(bout(left=oct4(9, 30)), wording(), oct4(9, 27) + timedelta(days=1))
    assert plain(late).endswith("\nTuesday, 4 October")


# A day


def test_a_day_tells_who_laid_first_and_who_was_not_seen() -> None:
    report = day(
        bout("olive", oct4(10, 56), settled=oct4(11), left=oct4(13), verdict=Verdict.PROBABLY),
        bout("ginger", oct4(14, 12), settled=oct4(14, 20), left=oct4(15, 4), verdict=Verdict.LAID),
        coverage=PARTLY,
    )
    assert told(report) == (
        "Tuesday, 4 October, by 20:00\n\n"
        "🥚 Ginger – laid\ncame 14:12 · settled 14:20 · left 15:04\n\n"
        "🥚 Olive – probably laid\ncame 10:56 · settled 11:00 · left 13:00\n\n"
        "Not seen in the nest while I watched: Blanche.\n\n"
        "👁 I did not see the nest 7:00–7:18 and 16:43–18:45; nothing is claimed about that time."
    )


def test_who_is_in_the_nest_is_told_with_since_when_she_sits() -> None:
    inside = bout(settled=oct4(9, 31), last_seen_at=oct4(9, 50))
    words = told(day(inside, now=oct4(9, 51)), sitting={inside.id: oct4(9, 31)})
    assert "🐔 Ginger – in the nest since 9:26\nsitting since 9:31" in words


def test_a_hen_who_was_in_the_nest_when_the_camera_went_blind_is_not_said_to_be_there_still() -> None:
    words = told(day(bout(came=oct4(16, 20), last_seen_at=oct4(16, 42)), coverage=PARTLY))
    assert "in the nest since" not in words
    assert "came 16:20 · last seen 16:42" in words


def test_what_is_later_than_now_is_not_told() -> None:
    over = bout(settled=oct4(9, 31), left=oct4(10, 42), verdict=Verdict.LAID)
    words = told(day(over, now=oct4(9, 28), hours=(Span(oct4(7), oct4(9, 28)),)))
    assert "in the nest since 9:26" in words
    assert "laid\n" not in words and "10:42" not in words and "9:31" not in words


def test_short_looks_are_told_in_one_line() -> None:
    looks = [bout("olive", oct4(9, n), left=oct4(9, n + 1), verdict=Verdict.NOT_LAID) for n in (1, 5)]
    assert "🐾 Only looked in: Olive 9:01, Olive 9:05" in told(day(*looks))


def test_with_an_unnamed_hen_nobody_is_said_not_to_have_come() -> None:
    words = told(day(bout("unknown", left=oct4(9, 50))))
    assert "Not seen" not in words
    assert "Not recognised while I watched: Blanche, Olive and Ginger. A hen that I could not name may be" in words


def test_nobody_came_is_never_said_without_how_much_was_watched() -> None:
    assert told(day()) == (
        "Tuesday, 4 October, by 20:00\n\nWhile I watched, nobody came to the nest.\n\n"
        "I watched 100 % of the time since 7:00."
    )
    assert "I did not see the nest 7:00–7:18" in told(day(coverage=PARTLY))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("coverage", [WHOLE, PARTLY, Coverage(HOURS.length, timedelta(), (HOURS,))])
def test_no_answer_claims_no_eggs(language: str, coverage: Coverage) -> None:
    words = told(day(coverage=coverage), language).lower()
    assert not re.search(r"\b0\b|no eggs|nobody laid|никто не сн|нет яиц", words.replace("0 %", ""))


def test_an_unwatched_day_claims_nothing() -> None:
    blind = Coverage(HOURS.length, timedelta(), (HOURS,))
    assert told(day(coverage=blind)) == ("👁 I have not seen the nest today, so I cannot say anything about today.")
    yesterday = day(coverage=blind, now=oct4(20) + timedelta(days=1))
    assert told(yesterday) == ("👁 I did not watch on Tuesday, 4 October, so I cannot say anything about that day.")


def test_a_day_that_has_not_begun_says_so() -> None:
    early = day(now=oct4(5), hours=(), coverage=Coverage(timedelta(), timedelta()))
    assert told(early) == "🌅 My day has not begun yet: I watch from 7:00. Ask me later."


def test_a_day_to_come_says_so() -> None:
    assert plain(format_future(date(2016, 10, 5), date(2016, 10, 4), wording())).startswith(
        "🐣 Wednesday, 5 October is still to come"
    )
    assert "still to come" in told(day(now=oct4(12) - timedelta(days=2)))


@pytest.mark.parametrize(("share", "is_told"), [(0.949, True), (0.95, False)])
def test_coverage_is_told_under_95_percent(share: float, is_told: bool) -> None:
    gap = Span(HOURS.start, HOURS.start + HOURS.length * (1 - share))
    report = day(bout(left=oct4(10)), coverage=Coverage(HOURS.length, HOURS.length * share, (gap,)))
    assert ("👁" in told(report)) is is_told


def test_many_blind_stretches_are_told_by_the_longest_in_their_order() -> None:
    gaps = tuple(Span(oct4(8 + n), oct4(8 + n, 5 + n)) for n in range(7))
    words = told(day(coverage=Coverage(HOURS.length, HOURS.length / 2, gaps)))
    assert "11:00–11:08, 12:00–12:09, 13:00–13:10, 14:00–14:11 and 3 shorter times;" in words


def test_blind_stretches_of_two_nests_that_overlap_are_one() -> None:
    gaps = (Span(oct4(8), oct4(9)), Span(oct4(8, 30), oct4(9, 30)))
    words = plain(
        format_day(day(coverage=Coverage(HOURS.length, HOURS.length / 2, gaps)), wording(nests=2), oct4(7), {})
    )
    assert "I did not see every nest 8:00–9:30;" in words


def test_a_busy_day_fits_into_a_message() -> None:
    over = [bout("unknown", oct4(9) + timedelta(minutes=n), left=oct4(18), settled=oct4(12)) for n in range(300)]
    looks = [bout("olive", oct4(9, 1), left=oct4(9, 2), verdict=Verdict.NOT_LAID)] * 300
    words = format_day(day(*over, *looks, coverage=PARTLY), wording("ru", nests=3), oct4(7), {})
    assert len(words) < 4096
    assert "ещё 568 визитов" in words


def test_one_hens_day_is_about_her_alone() -> None:
    hers = bout("ginger", left=oct4(10), settled=oct4(9, 31), verdict=Verdict.PROBABLY)
    report = day(hers, bout("olive", oct4(11), left=oct4(12)))
    words = plain(format_hen_day(report, HenId("ginger"), wording(), oct4(7), {}))
    assert "Ginger – probably laid" in words and "Olive" not in words


def test_a_hen_who_was_not_seen_is_told_with_the_watched_time() -> None:
    words = plain(format_hen_day(day(coverage=PARTLY), HenId("ginger"), wording(), oct4(7), {}))
    assert "While I watched, Ginger was not in the nest." in words
    assert "nothing is claimed about that time" in words


def test_a_hen_who_may_have_been_the_unnamed_one_is_not_said_to_be_absent() -> None:
    words = plain(format_hen_day(day(bout("unknown", left=oct4(10))), HenId("ginger"), wording(), oct4(7), {}))
    assert "was not in the nest" not in words
    assert "it may have been her" in words


# Languages


def test_adding_a_language_is_adding_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(str(resources.files("henbot.bot").joinpath("locales")), tmp_path / "locales"))
    shutil.copytree(folder / "en", folder / "de")
    head = folder / "de" / "language.ftl"
    words = head.read_text(encoding="utf-8").replace("en_GB", "de_DE").replace("= English", "= Deutsch")
    head.write_text(words, encoding="utf-8")
    monkeypatch.setattr(language, "_folder", lambda: folder)
    for kept in (language.languages, language.phrases):
        monkeypatch.setattr(language, kept.__name__, cache(kept.__wrapped__))
    assert language.languages() == ("en", "de", "ru")
    assert language.best_language("de-AT") == "de"
    german = language.phrases("de")
    assert german.say("language-name") == "Deutsch"
    assert german.date(date(2016, 10, 4), date(2016, 10, 4)).startswith("Dienstag")


def _messages(language: str) -> dict[str, ast.Message]:
    folder = resources.files("henbot.bot").joinpath("locales", language)
    found: dict[str, ast.Message] = {}
    for file in folder.iterdir():
        body = FluentParser().parse(file.read_text(encoding="utf-8")).body
        assert not [entry for entry in body if isinstance(entry, ast.Junk)], file
        fresh = {entry.id.name: entry for entry in body if isinstance(entry, ast.Message)}
        assert not fresh.keys() & found.keys(), file
        found |= fresh
    return found


class _Arguments(visitor.Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - the visitor's convention
        self.found.add(node.id.name)


def _arguments(message: ast.Message) -> set[str]:
    seen = _Arguments()
    seen.visit(message)
    return seen.found


@pytest.mark.parametrize("language", languages())
def test_each_language_has_every_phrase_and_no_arguments_of_its_own(language: str) -> None:
    ours, english = _messages(language), _messages("en")
    assert ours.keys() == english.keys()
    for phrase, message in ours.items():
        assert _arguments(message) <= _arguments(english[phrase]), phrase


@pytest.mark.parametrize("language", languages())
def test_every_phrase_can_be_said_with_every_number(language: str) -> None:
    counted = {"number", "percent", "minutes", "visits", "days", "hours", "probably", "known"}
    every = set[str]().union(*map(_arguments, _messages(language).values())) - counted
    for phrase in _messages(language):
        for number in (0, 1, 2, 5, 21):
            numbers = dict.fromkeys(counted, number)
            words = phrases(language).say(phrase, **{**dict.fromkeys(every, "x"), **numbers})
            assert words.strip() and "{" not in words, phrase


def test_a_missing_phrase_or_argument_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(PhraseMissing, match="no phrase `nonsense`"):
        phrases("en").say("nonsense")
    with pytest.raises(PhraseMissing, match="time-came"):
        phrases("en").say("time-came")


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [(("ru",), "ru"), (("ru-RU",), "ru"), ((None, "de", "ru"), "ru"), ((None,), "en"), (("de",), "en"), ((), "en")],
)
def test_the_best_language_is_the_first_that_there_is(wanted: tuple[str | None, ...], spoken: str) -> None:
    assert best_language(*wanted) == spoken


def test_a_hen_is_known_by_her_id_and_all_her_names() -> None:
    assert hens_by_name(FLOCK[2:]) == {"ginger": "ginger", "Ginger": "ginger", "Рыжуха": "ginger"}
