"""coop.yaml and the environment: what is read, and what is said of what cannot be."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from henbot.config import (
    CoopConfig,
    DailyHours,
    FolderSourceConfig,
    HttpSourceConfig,
    RtspSourceConfig,
    load_coop,
    load_settings,
)
from henbot.config.template import template, write_template
from henbot.domain.errors import ConfigInvalid
from henbot.domain.policies import Policy, PolicyKind, QuietHours

TOKEN = "1234567890:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"


def coop(**changes: Any) -> dict[str, Any]:
    """A small coop as YAML would give it."""
    nest = {"id": "nest", "name": "the nest", "polygon": [[0, 0], [1, 0], [1, 1]]}
    camera = {"id": "cam", "source": {"kind": "folder", "path": "frames"}, "nests": [nest]}
    return {"coop": {"name": "Hens", "timezone": "Europe/Berlin"}, "cameras": [camera]} | changes


def camera(**changes: Any) -> dict[str, Any]:
    return coop()["cameras"][0] | changes


def written(folder: Path, content: Any) -> Path:
    path = folder / "coop.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return path


def loaded(folder: Path, content: Any, **environ: str) -> CoopConfig:
    return load_coop(written(folder, content), environ)


def complaint(folder: Path, content: Any) -> str:
    with pytest.raises(ConfigInvalid) as caught:
        load_coop(written(folder, content), {})
    return str(caught.value)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "TOKEN_FILE", "CONFIG", "DATABASE", "MEDIA", "MODELS", "API_URL", "LOG_LEVEL", "LOG_JSON"):
        monkeypatch.delenv(f"HENBOT_{name}", raising=False)


@pytest.mark.parametrize("dataset", ["chickencam", "chookegg", "henhouse"])
def test_the_coop_of_every_dataset_is_read(shared_data: Path, dataset: str) -> None:
    config = load_coop(shared_data / dataset / "coop.yaml")
    source = config.cameras[0].source
    assert isinstance(source, FolderSourceConfig)
    assert source.path == (shared_data / dataset / "frames").resolve()
    assert all(hen.name_in("ru") != hen.name_in("en") for hen in config.hens)


def test_a_camera_triggered_by_motion_trusts_a_longer_silence_and_a_shorter_emptiness(tmp_path: Path) -> None:
    motion = loaded(tmp_path, coop(cameras=[camera(trigger="motion")])).cameras[0]
    continuous = loaded(tmp_path, coop()).cameras[0]
    assert (motion.trust_gap, motion.leave_after) == (timedelta(minutes=45), timedelta(seconds=30))
    assert (continuous.trust_gap, continuous.leave_after) == (timedelta(minutes=2), timedelta(seconds=60))


@pytest.mark.parametrize(
    ("text", "gap"),
    [("45 min", 45 * 60), ("60 s", 60), ("1 h 30 min", 5400), ("2 minutes", 120), ("1.5 h", 5400), ("500 ms", 0.5)],
)
def test_durations_are_written_as_people_write_them(tmp_path: Path, text: str, gap: float) -> None:
    config = loaded(tmp_path, coop(cameras=[camera(trust_gap=text)]))
    assert config.cameras[0].trust_gap == timedelta(seconds=gap)


@pytest.mark.parametrize("text", ["45", 45, "1:30", "soon", "-1 h", "0 s", "8 days", "", None, True, "1e999 h"])
def test_a_duration_without_a_unit_or_a_meaning_is_refused_with_an_example(tmp_path: Path, text: Any) -> None:
    said = complaint(tmp_path, coop(cameras=[camera(trust_gap=text)]))
    assert "cameras[0].trust_gap: " in said
    assert "45 min" in said


def test_a_polygon_of_two_corners_is_named_by_path_value_and_remedy(tmp_path: Path) -> None:
    nests = [camera()["nests"][0], camera()["nests"][0] | {"id": "other", "polygon": [[0, 0], [1, 1]]}]
    said = complaint(tmp_path, coop(cameras=[camera(nests=nests)]))
    assert "cameras[0].nests[1].polygon: [[0, 0], [1, 1]] - a polygon has 3 corners or more, here are 2." in said
    assert "[[0, 0], [1, 0], [1, 1], [0, 1]]" in said


@pytest.mark.parametrize(
    ("polygon", "reason"),
    [
        ([[0, 0], [800, 0], [800, 600]], "divide pixels"),
        ([[0, 0], [0.5, 0.5], [1, 1]], "no area"),
        ([[0, 0], [1, 0], ["1", 1]], "two numbers"),
        ([[0, 0], [1, 0], [True, 1]], "two numbers"),
        ([[0, 0], [1, 0], [1, 1, 1]], "two numbers"),
        ([[0, 0], [1, 0], [float("nan"), 1]], "outside"),
        ("round", "no polygon"),
    ],
)
def test_a_polygon_that_is_no_zone_of_a_picture_is_refused(tmp_path: Path, polygon: Any, reason: str) -> None:
    nests = [camera()["nests"][0] | {"polygon": polygon}]
    assert reason in complaint(tmp_path, coop(cameras=[camera(nests=nests)]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (coop(camera=[]), "camera: there is no such key. Did you mean `cameras`?"),
        (
            coop(cameras=[camera(trustgap="5 min")]),
            "cameras[0].trustgap: there is no such key. Did you mean `trust_gap`?",
        ),
        (
            coop(cameras=[camera(source={"kind": "folder", "path": "x", "timestmp": "none"})]),
            "cameras[0].source.timestmp: there is no such key. Did you mean `timestamp`?",
        ),
        (
            coop(hens=[{"id": "a", "name": "A", "names": "B"}]),
            "hens[0].names: there is no such key. Did you mean `name`?",
        ),
        (coop(cameras=[camera(source={"kind": "foldr", "path": "x"})]), "Did you mean `folder`?"),
        (coop(cameras=[camera(source={"path": "x"})]), "cameras[0].source: it does not say its `kind`."),
        (
            coop(coop={"name": "A", "timezone": "Europe/Berlim"}),
            "coop.timezone: 'Europe/Berlim' - there is no such time",
        ),
        (coop(coop={"name": "A", "timezone": "Europe/Berlim"}), "Did you mean Europe/Berlin?"),
        (coop(coop={"name": "A", "timezone": "../../etc/passwd"}), "there is no such time zone"),
        (coop(coop={"timezone": "UTC"}), "coop.name: it is missing."),
        (coop(cameras=[]), "cameras: [] - the list is empty."),
        (coop(cameras=[camera(nests=[])]), "cameras[0].nests: [] - the list is empty."),
        (coop(cameras={"id": "cam"}), "cameras: this is not a list."),
        (coop(coop="Hens"), "coop: 'Hens' - this is not a section."),
        (coop(cameras=[camera(trigger="movement")]), "cameras[0].trigger: 'movement' - choose one of"),
        (coop(hens=[{"id": "Ginger", "name": "Ginger"}]), "hens[0].id: 'Ginger' - an id is"),
        (coop(hens=[{"id": 7, "name": "Seven"}]), "hens[0].id: 7 - an id is"),
        (coop(hens=[{"id": "a", "name": 7}]), "hens[0].name: 7 - a name is"),
        (coop(hens=[{"id": "a", "name": {"english": "A"}}]), "`english` is no language"),
        (coop(hens=[{"id": "unknown", "name": "Who"}]), "hens[0].id: 'unknown' - `unknown` is henbot's word"),
        (coop(channel="hens"), "channel: 'hens' - this is no channel."),
        (coop(admins=["keeper"]), "admins[0]: 'keeper' - this is not a whole number."),
        (coop(admins=[-5]), "admins[0]: -5 - it must be more than 0."),
        (
            coop(quiet_hours="night"),
            "quiet_hours: 'night' - these are no hours of the day. Write two times of day in quotes",
        ),
        (coop(quiet_hours="25:00-07:00"), "there is no such time of day"),
        (coop(quiet_hours="07:00-07:00"), "begin and end at the same time"),
        (coop(coop={"name": "A", "timezone": "UTC", "watch": "20:00-06:00"}), "end before they begin"),
        (coop(posts={"tell": "all"}), "posts.tell: 'all' - choose one of 'bouts and eggs', 'eggs only'"),
        (coop(posts={"least_confidence": 80}), "posts.least_confidence: 80 - it must be 1.0 or less."),
        (coop(posts={"cooldown": 60}), "posts.cooldown: 60 - this is no duration."),
        (coop(posts={"rings": "often"}), "posts.rings: 'often' - write true or false."),
        (coop(posts={"digest": "25:00"}), "posts.digest: '25:00' - this is no time for the digest. Write after sunset"),
        (
            coop(learning={"train_at": "at night"}),
            "learning.train_at: 'at night' - this is no time to learn at. Write off",
        ),
        (coop(learning={"ask_at": ["10:00", 17]}), "learning.ask_at[1]: 17 - this is no time to ask at. Write times"),
        (coop(learning={"questions": 1}), "learning.questions: there is no such key. Did you mean `questions_a_day`?"),
        (coop(posts={"ring": True}), "posts.ring: there is no such key. Did you mean `rings`?"),
        (
            coop(coop={"name": "A", "timezone": "UTC", "place": {"latitude": 99, "longitude": 0}}),
            "coop.place.latitude: 99",
        ),
    ],
)
def test_a_mistake_is_told_by_field_value_and_remedy(tmp_path: Path, content: Any, said: str) -> None:
    assert said in complaint(tmp_path, content)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    said = complaint(tmp_path, coop(channel="hens", admins=[0], cameras=[camera(trust_gap="soon")]))
    assert "coop.yaml has 3 mistakes:" in said
    assert len(said.splitlines()) == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            coop(hens=[{"id": "a", "name": "A"}, {"id": "a", "name": "B"}]),
            "hens: numbers 0 and 1 have the same id `a`.",
        ),
        (coop(cameras=[camera(), camera(nests=[camera()["nests"][0] | {"id": "b"}])]), "same id `cam`"),
        (
            coop(cameras=[camera(nests=camera()["nests"] * 2)]),
            "cameras[0].nests: numbers 0 and 1 have the same id `nest`.",
        ),
        (coop(cameras=[camera(), camera(id="cam2")]), "the nest id `nest` is at camera `cam` and again at `cam2`."),
    ],
)
def test_an_id_stands_once_in_the_coop(tmp_path: Path, content: Any, said: str) -> None:
    assert said in complaint(tmp_path, content)


def test_a_key_that_stands_twice_is_an_error_with_its_line(tmp_path: Path) -> None:
    assert "line 3, column 3: the key `name` stands twice" in complaint(tmp_path, "coop:\n  name: A\n  name: B\n")


@pytest.mark.parametrize(
    "text", ["coop: [", "\tcoop: 1", "a: *b", "a: !!python/object:os.system {}", "? [a]\n: 1", "&a [*a]"]
)
def test_a_file_that_is_no_yaml_is_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    assert "coop.yaml" in complaint(tmp_path, text)


@pytest.mark.parametrize("text", ["", "- a", "hens", "42"])
def test_a_file_without_sections_names_the_command_that_writes_one(tmp_path: Path, text: str) -> None:
    assert "henbot init" in complaint(tmp_path, text)


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"nowhere\.yaml does not exist\. `henbot init"):
        load_coop(tmp_path / "nowhere.yaml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "coop.yaml"
    path.write_bytes("coop: {name: Куры}".encode("cp1251"))
    with pytest.raises(ConfigInvalid, match="UTF-8"):
        load_coop(path)


def test_a_hen_may_be_called_no(tmp_path: Path) -> None:
    text = template().replace("name: Blanche,", "name: No,")
    assert loaded(tmp_path, text).hens[1].name_in("en") == "No"


def test_a_name_comes_in_the_language_asked_for_else_in_english_else_in_any(tmp_path: Path) -> None:
    hens = [
        {"id": "a", "name": {"en": "Ginger", "ru": "Рыжуха"}},
        {"id": "b", "name": "Olive"},
        {"id": "c", "name": {"de": "Erna"}},
    ]
    both, plain, german = loaded(tmp_path, coop(hens=hens)).hens
    assert [both.name_in(language) for language in ("ru", "en", "fr")] == ["Рыжуха", "Ginger", "Ginger"]
    assert plain.name_in("ru") == "Olive"
    assert german.name_in("ru") == "Erna"


def test_a_nest_without_a_name_is_called_by_its_id(tmp_path: Path) -> None:
    nests = [{"id": "left", "polygon": [[0, 0], [1, 0], [1, 1]]}]
    assert loaded(tmp_path, coop(cameras=[camera(nests=nests)])).cameras[0].nests[0].name_in("ru") == "left"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = loaded(tmp_path, coop())
    assert config.folder == tmp_path.resolve()
    assert getattr(config.cameras[0].source, "path", None) == tmp_path.resolve() / "frames"


@pytest.mark.parametrize(
    "pattern", ["%Y%m%d%H%M%S", "EggCheck_image_%Y-%m-%d_%H%M", "none", "exif", "mtime", "%y%j-%H"]
)
def test_a_timestamp_pattern_with_a_whole_date_and_hour_is_read(tmp_path: Path, pattern: str) -> None:
    source = {"kind": "folder", "path": "frames", "timestamp": pattern}
    config = loaded(tmp_path, coop(cameras=[camera(source=source)]))
    assert getattr(config.cameras[0].source, "timestamp", None) == pattern


@pytest.mark.parametrize("pattern", ["%H%M", "%Y-%m-%d", "20161004", "%Q", "%I:%M %Y%m%d", "", 5])
def test_a_timestamp_pattern_that_leaves_the_date_or_hour_open_is_refused(tmp_path: Path, pattern: Any) -> None:
    source = {"kind": "folder", "path": "frames", "timestamp": pattern}
    assert "cameras[0].source.timestamp" in complaint(tmp_path, coop(cameras=[camera(source=source)]))


def test_an_address_may_take_its_password_from_the_environment_and_shows_it_nowhere(tmp_path: Path) -> None:
    source = {"kind": "rtsp", "url": "rtsp://keeper:${CAM}@cam.local/stream"}
    config = loaded(tmp_path, coop(cameras=[camera(source=source)]), CAM="s3cret/@")
    read = config.cameras[0].source
    assert isinstance(read, RtspSourceConfig)
    assert read.url.get_secret_value() == "rtsp://keeper:s3cret%2F%40@cam.local/stream"
    assert "s3cret" not in repr(config) + str(config) + config.model_dump_json()


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "rtsp", "url": "https://keeper:s3cret@cam.local/"},
        {"kind": "http", "url": "http://keeper:s3cret@[cam/", "every": "10 s"},
        {"kind": "http", "url": "http://keeper:s3cret@", "evry": "1 s"},
        {"kind": "http", "url": ["http://keeper:s3cret@cam.local/"]},
        {"kind": "http", "adress": "http://keeper:s3cret@cam.local/"},
        {"kind": "http", "url": "http://keeper:s3cret@cam.local/${NOT_SET}"},
        {"url": "http://keeper:s3cret@cam.local/"},
        {"kind": "http://keeper:s3cret@cam.local/"},
        "http://keeper:s3cret@cam.local/",
    ],
)
def test_a_wrong_source_is_told_without_its_password(tmp_path: Path, source: Any) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load_coop(written(tmp_path, coop(cameras=[camera(source=source)])), {})
    error: BaseException | None = caught.value
    while error is not None:
        assert "s3cret" not in str(error) + repr(error)
        error = error.__cause__
    assert "cameras[0].source" in str(caught.value)


def test_a_broken_line_is_told_without_its_words(tmp_path: Path) -> None:
    assert "s3cret" not in complaint(tmp_path, 'cameras: [{url: "http://keeper:s3cret@cam.local/')
    assert "s3cret" not in complaint(tmp_path, "url: *s3cret")


def test_a_token_in_the_file_is_told_where_it_belongs_and_not_shown(tmp_path: Path) -> None:
    said = complaint(tmp_path, coop(token=TOKEN))
    assert "HENBOT_TOKEN" in said
    assert TOKEN not in said
    assert TOKEN not in complaint(tmp_path, coop(channel=TOKEN))


def test_an_http_camera_gives_a_picture_every_ten_seconds_unless_told_otherwise(tmp_path: Path) -> None:
    source = {"kind": "http", "url": "http://cam.local/picture.jpg"}
    read = loaded(tmp_path, coop(cameras=[camera(source=source)])).cameras[0].source
    assert isinstance(read, HttpSourceConfig)
    assert read.every == timedelta(seconds=10)


def test_hours_over_midnight_hold_the_night_and_not_the_day() -> None:
    quiet = DailyHours(time(22), time(7))
    assert time(23) in quiet
    assert time(6, 59) in quiet
    assert time(7) not in quiet
    assert time(12) not in quiet


@given(st.times(), st.times(), st.times())
def test_every_moment_is_in_the_hours_or_in_the_rest_of_the_day(start: time, end: time, moment: time) -> None:
    if start != end:
        assert (moment in DailyHours(start, end)) != (moment in DailyHours(end, start))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "coop",
                        "hens",
                        "cameras",
                        "name",
                        "id",
                        "source",
                        "kind",
                        "nests",
                        "polygon",
                        "timezone",
                        "admins",
                        "channel",
                        "watch",
                        "url",
                        "folder",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_the_file_holds_it_is_read_or_refused_in_words(tmp_path_factory: Any, content: Any) -> None:
    path = written(tmp_path_factory.getbasetemp(), yaml.safe_dump(content))
    try:
        assert isinstance(load_coop(path, {}), CoopConfig)
    except ConfigInvalid as exc:
        assert str(exc).startswith(str(path))


def test_the_template_is_a_valid_coop_and_tells_of_every_field(tmp_path: Path) -> None:
    path = write_template(tmp_path)
    assert path == tmp_path / "coop.yaml"
    config = load_coop(path)
    nest, hen = config.cameras[0].nests[0], config.hens[0]
    for section in (config, config.coop, config.cameras[0], config.posts, config.learning, nest, hen):
        for name, field in type(section).model_fields.items():
            assert f"{field.alias or name}:" in template()


def test_the_template_never_writes_over_a_file_unless_forced(tmp_path: Path) -> None:
    path = written(tmp_path, "mine")
    with pytest.raises(ConfigInvalid, match="--force"):
        write_template(path)
    assert path.read_text() == "mine"
    write_template(path, force=True)
    assert path.read_text(encoding="utf-8") == template()


def test_the_token_comes_from_the_environment_or_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().has_token
    monkeypatch.setenv("HENBOT_TOKEN", TOKEN)
    assert load_settings().bot_token() == TOKEN
    monkeypatch.delenv("HENBOT_TOKEN")
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("HENBOT_TOKEN_FILE", str(tmp_path / "token"))
    assert load_settings().bot_token() == TOKEN


def test_a_missing_token_is_told_with_the_remedy() -> None:
    with pytest.raises(ConfigInvalid, match=r"@BotFather.*HENBOT_TOKEN_FILE"):
        load_settings().bot_token()


@pytest.mark.parametrize(
    "token", [f"{TOKEN} {TOKEN}", f"'{TOKEN}'", TOKEN.replace(":", ""), "123:short", "Bot " + TOKEN]
)
def test_a_token_that_is_none_is_refused_without_being_shown(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HENBOT_TOKEN", token)
    with pytest.raises(ConfigInvalid, match="HENBOT_TOKEN holds no bot token") as caught:
        load_settings()
    assert token not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_token_and_a_token_file_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv("HENBOT_TOKEN", TOKEN)
    monkeypatch.setenv("HENBOT_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(ConfigInvalid, match="both set"):
        load_settings()


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"", b"no token"])
def test_a_token_file_that_holds_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("HENBOT_TOKEN_FILE", str(path))
    with pytest.raises(ConfigInvalid, match=str(path)):
        load_settings()


def test_settings_show_no_token_and_no_database_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HENBOT_TOKEN", TOKEN)
    monkeypatch.setenv("HENBOT_DATABASE", "postgresql://keeper:s3cret@db/henbot")
    settings = load_settings()
    assert TOKEN not in repr(settings) + str(settings)
    assert "s3cret" not in repr(settings) + str(settings)


def test_the_api_address_gives_the_two_addresses_that_the_bot_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HENBOT_API_URL", "http://127.0.0.1:8081/")
    assert load_settings().base_url == "http://127.0.0.1:8081/bot"
    assert load_settings().base_file_url == "http://127.0.0.1:8081/file/bot"


@pytest.mark.parametrize(("name", "value"), [("API_URL", "telegram"), ("LOG_LEVEL", "loud"), ("LOG_JSON", "maybe")])
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"HENBOT_{name}", value)
    with pytest.raises(ConfigInvalid, match=f"HENBOT_{name}: "):
        load_settings()


def test_when_henbot_learns_and_asks_is_read(tmp_path: Path) -> None:
    usual = loaded(tmp_path, coop()).learning
    assert (usual.nightly, usual.train_after, usual.questions_a_day) == (time(2), 30, 2)
    assert usual.ask_at == [time(10), time(17)]
    told = loaded(tmp_path, coop(learning={"train_at": "off", "ask_at": ["9:30"]})).learning
    assert (told.nightly, told.ask_at) == (None, [time(9, 30)])


def test_what_the_channel_is_told_is_read_into_its_policy(tmp_path: Path) -> None:
    written = {"tell": "board", "least_confidence": 0.8, "cooldown": "1 h", "digest": "20:30", "weekly": False}
    told = loaded(tmp_path, coop(posts=written, quiet_hours="22:00-07:00"))
    assert told.posts.policy == Policy(
        PolicyKind.BOARD, least_confidence=0.8, cooldown=timedelta(hours=1), digest_at=time(20, 30), weekly=False
    )
    assert told.quiet == QuietHours(time(22), time(7))
    silent = loaded(tmp_path, coop(posts={"digest": "never", "rings": False})).posts.policy
    assert (silent.digest, silent.rings) == (False, False)
    assert loaded(tmp_path, coop()).posts.policy == Policy()
