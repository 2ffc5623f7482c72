"""The commands that set henbot up: init, check, migrate, version, and what they say when something is wrong."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from henbot.cli import cli
from henbot.config import load_coop

TOKEN = "1234567890:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HENBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def henbot(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="henbot")


def test_init_then_check_then_migrate_leads_to_a_henbot_that_can_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = henbot("init")
    assert written.exit_code == 0
    assert "henbot check coop.yaml" in written.output
    (tmp_path / "pictures").mkdir()
    assert "The database is up to date" in henbot("migrate").output
    monkeypatch.setenv("HENBOT_TOKEN", TOKEN)
    checked = henbot("check")
    assert checked.exit_code == 0, checked.output
    assert "henbot can run." in checked.output
    assert "the schema that this henbot needs" in checked.output
    assert TOKEN not in checked.output


def test_init_does_not_write_over_a_file_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "coop.yaml").write_text("mine")
    refused = henbot("init")
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert (tmp_path / "coop.yaml").read_text() == "mine"
    assert henbot("init", "--force").exit_code == 0
    assert load_coop(tmp_path / "coop.yaml").hens


def test_init_writes_where_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert henbot("init", "new/folder/hens.yaml").exit_code == 0
    monkeypatch.setenv("HENBOT_CONFIG", "other.yaml")
    assert henbot("init").exit_code == 0
    assert load_coop(tmp_path / "new/folder/hens.yaml") is not None
    assert (tmp_path / "other.yaml").is_file()


def test_check_names_a_missing_folder_and_a_missing_token_and_fails() -> None:
    henbot("init")
    checked = henbot("check")
    assert checked.exit_code == 1
    assert re.search(
        r"wrong  Camera nestcam: the folder \S+pictures does not exist\. Make it, or correct", checked.output
    )
    assert "wrong  There is no bot token." in checked.output
    assert "henbot.db is not there yet: `henbot migrate` makes it." in checked.output
    assert "2 things are to be put right." in checked.output
    assert not Path("henbot.db").exists(), "check must not make a database"


def test_check_says_what_is_wrong_in_the_file() -> None:
    Path("coop.yaml").write_text("coop: {name: A, timezone: UTC}\ncamera: []\n")
    checked = henbot("check")
    assert "cameras: it is missing. Add it." in checked.output
    assert "camera: there is no such key. Did you mean `cameras`?" in checked.output
    assert "Traceback" not in checked.output


def test_check_goes_on_when_a_variable_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    henbot("init")
    monkeypatch.setenv("HENBOT_TOKEN", "no-token-at-all")
    monkeypatch.setenv("HENBOT_TOKEN_FLIE", "token")
    checked = henbot("check")
    assert checked.exit_code == 1
    assert "HENBOT_TOKEN holds no bot token" in checked.output
    assert "no-token-at-all" not in checked.output
    assert "HENBOT_TOKEN_FLIE means nothing to henbot. Did you mean HENBOT_TOKEN_FILE?" in checked.output
    assert "coop.yaml describes the coop" in checked.output


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["20161004093100.jpg", "20161004093200.JPG", "notes.txt"], "ok  Camera nestcam: 2 pictures"),
        (["20161004093100.jpg", "hello.jpg"], "note  Camera nestcam: 1 of 2 names"),
        (["a.jpg", "b.png"], "wrong  Camera nestcam: 2 of 2 names"),
        ([], "note  Camera nestcam: no pictures are in"),
    ],
)
def test_check_compares_the_pictures_names_with_the_pattern(tmp_path: Path, names: list[str], said: str) -> None:
    henbot("init")
    text = Path("coop.yaml").read_text(encoding="utf-8")
    Path("coop.yaml").write_text(text.replace("timestamp: mtime", 'timestamp: "%Y%m%d%H%M%S"'), encoding="utf-8")
    (tmp_path / "pictures").mkdir()
    for name in names:
        (tmp_path / "pictures" / name).touch()
    assert said in henbot("check").output


def test_check_finds_the_datasets_pictures_in_order(shared_data: Path) -> None:
    said = henbot("check", str(shared_data / "chickencam" / "coop.yaml")).output
    assert "all names tell a time" in said


def test_check_tells_of_a_database_that_is_none_or_not_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    henbot("init")
    Path("henbot.db").touch()
    assert "henbot migrate" in henbot("check").output
    Path("henbot.db").write_text("this is no database at all, but some text that somebody wrote here")
    assert "cannot be opened" in henbot("check").output
    monkeypatch.setenv("HENBOT_DATABASE", "henbot.db")
    assert "HENBOT_DATABASE is no address of a database" in henbot("check").output


def test_migrate_makes_the_database_that_it_is_told_to(tmp_path: Path) -> None:
    assert henbot("migrate", "--database", f"sqlite:///{tmp_path / 'new' / 'hens.db'}").exit_code == 0
    assert (tmp_path / "new" / "hens.db").is_file()
    assert not (tmp_path / "henbot.db").exists()


def test_an_error_is_a_sentence_and_not_a_traceback() -> None:
    failed = henbot("migrate", "--database", "nonsense")
    assert failed.exit_code == 1
    assert failed.output.startswith("Error: ")


def test_version_tells_henbots_and_pythons() -> None:
    assert re.match(r"henbot \d+\.\d+\.\d+, Python 3\.\d+", henbot("version").output)
    assert henbot("--version").exit_code == 0


def test_help_starts_fast_and_without_the_heavy_libraries() -> None:
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom henbot.cli import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "print([name for name in ('sqlalchemy', 'telegram', 'pydantic', 'numpy', 'cv2') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_python_m_henbot_is_henbot() -> None:
    ended = subprocess.run([sys.executable, "-m", "henbot", "version"], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("henbot ")


def test_the_sandbox_command_serves_its_page_until_it_is_stopped() -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "henbot", "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert re.search(r"http://127\.0\.0\.1:\d+/", line)
        begun = time.monotonic()
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=10) == 0
        assert time.monotonic() - begun < 5
    finally:
        started.kill()
        started.communicate()


def test_a_missing_part_is_told_by_its_name_and_how_to_install_it() -> None:
    program = (
        "import sys\nsys.modules['aiohttp'] = None\nfrom henbot.cli import main\n"
        "sys.argv = ['henbot', 'sandbox', '--port', '0']\nmain()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "pip install 'henbot[sandbox]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_owner_s_link_can_be_had_anew_until_there_is_an_owner(tmp_path: Path) -> None:
    henbot("init")
    henbot("migrate")
    first, second = (re.findall(r"/start ([\w-]{43})\n", henbot("owner-link").output) for _ in range(2))
    assert len(first) == len(second) == 1 and first != second
    (tmp_path / "coop.yaml").write_text(f"{(tmp_path / 'coop.yaml').read_text()}\nowner: 77\n")
    refused = henbot("owner-link")
    assert refused.exit_code == 1 and "has an owner" in refused.output and "/start" not in refused.output
