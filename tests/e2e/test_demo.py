"""`henbot demo`, as a newcomer's machine runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_the_demo_tells_a_real_day_in_the_channel_and_answers_in_two_languages(
    october_version: Path, cache_home: Path, tmp_path: Path
) -> None:
    told = tmp_path / "demo.json"
    ended = subprocess.run(
        [sys.executable, "-m", "henbot", "demo", "--headless", "--speed", "4000", "--json", str(told)],
        env=os.environ | {"XDG_CACHE_HOME": str(cache_home)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    happened = json.loads(told.read_text(encoding="utf-8"))
    assert happened["trained"]["version"] == october_version.name
    assert happened["trained"]["was_there"]
    assert happened["refused"] == []
    digests = [post for post in happened["posts"] if post["text"].startswith("🌙 Tuesday, 4 October: ")]
    assert len(digests) == 1  # not always the last: on a slow machine the coop's evening overtakes the pictures
    assert all(post["silent"] and post["picture"] for post in happened["posts"])
    assert "Ginger" in happened["answers"]["en"]
    assert "Рыжуха" in happened["answers"]["ru"]
    assert "http://127.0.0.1:" in ended.stdout
    assert "Who laid today?" in ended.stdout
    assert "Traceback" not in ended.stderr
