"""Which found visit is which labelled one: the rule of the datasets' README."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detector.matching import Sighting, Stay, match_visits, overlap, score, score_minutes, score_visits
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import UNKNOWN, HenId, NestId

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)
HEADER = "visit,nest,hen,first_file,last_file,arrived_at,left_at,settled,scored,notes\n"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def stay(start: float, end: float, hen: str = "ginger", nest: str = "nest", scored: bool = True) -> Stay:
    return Stay(NestId(nest), HenId(hen), at(start), at(end), scored)


def test_half_of_the_union_is_enough() -> None:
    assert len(match_visits([stay(0, 20)], [stay(0, 10)]).pairs) == 1


def test_less_than_half_of_the_union_is_not() -> None:
    matching = match_visits([stay(0, 20)], [stay(0, 9.9)])
    assert (len(matching.pairs), len(matching.missed), len(matching.extra)) == (0, 1, 1)


def test_visits_to_different_nests_never_match() -> None:
    assert overlap(stay(0, 10), stay(0, 10, nest="other")) == 0


def test_a_visit_of_one_frame_is_widened_to_a_minute_around_it() -> None:
    assert overlap(stay(5, 5), stay(5, 5)) == 1
    assert overlap(stay(5, 5), stay(5.25, 5.25)) == pytest.approx(45 / 75)


def test_each_visit_matches_at_most_once() -> None:
    matching = match_visits([stay(0, 10)], [stay(0, 10), stay(0, 9)])
    assert (len(matching.pairs), len(matching.extra)) == (1, 1)
    assert matching.pairs[0][1] == stay(0, 10)


def test_a_visit_gives_way_when_both_can_be_matched() -> None:
    """Taken greedily by overlap, the long visit would take the only partner of the short one."""
    first, second = stay(0, 10), stay(0, 7, hen="olive")
    matching = match_visits([first, second], [stay(0, 9), stay(0, 14)])
    assert len(matching.pairs) == 2


def test_unscored_stretches_are_left_out_on_both_sides() -> None:
    matching = match_visits([stay(0, 30, scored=False)], [stay(0, 30), stay(10, 12)])
    assert (matching.pairs, matching.missed, matching.extra) == ((), (), ())


def test_a_found_visit_that_runs_into_an_unscored_stretch_counts_up_to_it() -> None:
    matching = match_visits([stay(0, 10), stay(10, 19, scored=False)], [stay(0, 19)])
    assert matching.pairs == ((stay(0, 10), stay(0, 10)),)


def test_scores_of_a_day_with_one_right_one_split_and_one_missed_visit() -> None:
    truth = [stay(0, 10), stay(60, 100), stay(200, 210)]
    found = [stay(1, 12), stay(60, 79), stay(81, 100)]
    scores = score(truth, found)
    assert (scores["precision"], scores["recall"]) == (pytest.approx(1 / 3, abs=1e-4), pytest.approx(1 / 3, abs=1e-4))
    assert scores["arrival_error_s"]["median"] == 60
    assert scores["leaving_error_s"]["median"] == 120


def test_an_unknown_hen_counts_as_abstained_and_an_unnamed_one_is_not_scored() -> None:
    truth = [stay(0, 10), stay(20, 30), stay(40, 50), stay(60, 70, hen=UNKNOWN)]
    found = [stay(0, 10), stay(20, 30, hen=UNKNOWN), stay(40, 50, hen="olive"), stay(60, 70)]
    assert score(truth, found)["identity"] == {"visits": 3, "right": 1, "wrong": 1, "abstained": 1}


def test_nothing_found_where_nothing_was_is_a_perfect_score() -> None:
    assert score([], [])["f1"] == 1


def sightings(*seen: tuple[float, bool]) -> list[Sighting]:
    return [Sighting(NestId("nest"), at(minute), occupied) for minute, occupied in seen]


def test_minutes_are_scored_only_between_frames_that_agree_and_are_close() -> None:
    seen = sightings((0, True), (10, True), (12, False), (20, False), (90, False))
    minutes = score_minutes(seen, [stay(0, 6), stay(18, 30)], timedelta(minutes=45))
    assert minutes == {"occupied_found": 6, "occupied_missed": 4, "empty_right": 6, "empty_wrong": 2}


def test_overlapping_found_visits_do_not_count_a_minute_twice() -> None:
    seen = sightings((0, True), (10, True))
    assert score_minutes(seen, [stay(0, 8), stay(4, 8)], timedelta(minutes=45))["occupied_found"] == 8


def write(folder: Path, truth: str, visits: object) -> tuple[Path, Path]:
    truth_csv, visits_json = folder / "visits.csv", folder / "replay.json"
    truth_csv.write_text(HEADER + truth, encoding="utf-8")
    visits_json.write_text(json.dumps(visits), encoding="utf-8")
    return truth_csv, visits_json


TRUTH = "1,nest,ginger,a.jpg,b.jpg,2024-05-04T12:00:00Z,2024-05-04T12:10:00Z,yes,yes,\n"


def test_files_are_compared_and_an_open_visit_ends_where_it_was_last_seen(tmp_path: Path) -> None:
    visit = {"nest": "nest", "hen": "ginger", "arrived_at": at(0).isoformat(), "left_at": None}
    paths = write(tmp_path, TRUTH, {"visits": [visit | {"last_seen_at": at(9).isoformat()}]})
    assert score_visits(*paths)["f1"] == 1


def test_visits_outside_the_replayed_time_are_not_missed(tmp_path: Path) -> None:
    paths = write(tmp_path, TRUTH, {"visits": []})
    assert score_visits(*paths, start=at(30))["missed"] == []


def test_a_visit_without_a_time_is_refused_by_its_line(tmp_path: Path) -> None:
    paths = write(tmp_path, "1,nest,ginger,a,b,yesterday,2024-05-04T12:10:00Z,yes,yes,\n", [])
    with pytest.raises(DatasetInvalid, match="line 2"):
        score_visits(*paths)


def test_a_replay_without_visits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match="holds no visits"):
        score_visits(*write(tmp_path, TRUTH, {"events": []}))


def test_a_labelled_day_matches_itself(shared_data: Path) -> None:
    from detector.matching import read_truth

    truth = read_truth(shared_data / "chickencam" / "visits.csv")
    scores = score(truth, [each for each in truth if each.scored])
    assert (scores["f1"], scores["matched"]) == (1, 13)
