"""Why a version is refused, to a Russian keeper: what the detector says of each broken one is known by its words."""

from datetime import UTC
from pathlib import Path

import pytest

from detector.starter import starter_folder
from detector.versions import KIND_HEADS, load_version
from henbot.bot.failure_words import failure_words
from henbot.bot.language import phrases
from henbot.bot.wording import Wording
from henbot.domain.errors import ModelLoadFailed
from tests.broken_versions import BROKEN, change_manifest, vouch


def told(reason: str, language: str = "ru") -> str:
    return failure_words(reason, Wording(phrases(language), UTC, {}, ()))


@pytest.mark.parametrize("kind", sorted(set(BROKEN) - {"wrong shape", "no names of hens", "a zip bomb"}))
def test_each_kind_of_broken_version_is_told_in_russian(kind: str, tmp_path: Path) -> None:
    shipped = starter_folder()
    assert shipped is not None
    for file in shipped.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    change_manifest(tmp_path, kind=KIND_HEADS)
    vouch(tmp_path)
    load_version(tmp_path)
    spoil, _ = BROKEN[kind]
    spoil(tmp_path)
    with pytest.raises(ModelLoadFailed) as refused:
        load_version(tmp_path)
    words = told(str(refused.value))
    assert words != str(refused.value)
    assert str(tmp_path) not in words
    english = told(str(refused.value), "en")
    assert english == str(refused.value) or str(tmp_path) not in english


def test_what_the_first_hour_finds_is_told_in_russian() -> None:
    assert told("it takes 90 ms a look, the one before took 20 ms") == "ей нужно 90 мс на кадр, прежней хватало 20"
    assert "на 8 из 30 кадров" in told(
        "for an hour it saw a hen in every picture; the one before saw otherwise in 8 of 30"
    )


def test_what_is_not_known_stays_as_it_is_and_harms_no_message() -> None:
    assert told("no space left on <device>") == "no space left on &lt;device&gt;"
