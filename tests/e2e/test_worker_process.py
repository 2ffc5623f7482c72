"""The detector's process: what it loads, how much it takes, how it starts and ends."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import asked, environment, live_coop, wait_until

MOST_MB = 300
END_WITHIN_S = 5.0

REPLAY = """
import json, sys
from detector.cli import cli
cli(["replay", sys.argv[1], "--model", sys.argv[2], "--database", sys.argv[3], "--quiet"], standalone_mode=False)
loaded = sorted({name.partition(".")[0] for name in sys.modules})
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"loaded": loaded, "mb": int(peak.split()[1]) / 1024}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told in /proc, which only Linux has")
def test_a_serving_worker_loads_no_tensorflow_and_stays_small(
    drawn_coop: Path, drawn_version: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", REPLAY, str(drawn_coop), str(drawn_version), f"sqlite:///{tmp_path / 'r.db'}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(ended.stdout.splitlines()[-1])
    assert "cv2" in told["loaded"]
    assert not {"tensorflow", "keras"} & set(told["loaded"])
    assert told["mb"] < MOST_MB


def test_a_live_worker_sees_stills_as_they_come_and_ends_soon_when_told(
    drawn_coop: Path, drawn_version: Path, tmp_path: Path
) -> None:
    live_coop(drawn_coop, tmp_path)
    shutil.copytree(drawn_version, tmp_path / "models" / drawn_version.name)
    told = environment(tmp_path)
    subprocess.run([sys.executable, "-m", "henbot", "migrate"], env=told, check=True, capture_output=True)
    worker = subprocess.Popen([sys.executable, "-m", "detector", "work"], env=told, stderr=subprocess.PIPE)
    try:
        database = tmp_path / "henbot.db"
        wait_until(database, "SELECT count(*) FROM heartbeats WHERE name = 'detector'", 1)
        assert asked(database, "SELECT count(*) FROM model_versions WHERE serving") == 1
        for frame in sorted((drawn_coop / "frames").iterdir())[:12]:
            shutil.copy(frame, tmp_path / "frames")
        wait_until(database, "SELECT sum(frames) FROM cameras", 12)
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
        assert time.monotonic() - began < END_WITHIN_S
    finally:
        worker.kill()
        worker.wait()
        assert worker.stderr is not None
        worker.stderr.close()


def test_a_worker_on_a_database_that_was_never_migrated_says_what_to_do(drawn_coop: Path, tmp_path: Path) -> None:
    live_coop(drawn_coop, tmp_path)
    command = [sys.executable, "-m", "detector", "work"]
    ended = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "henbot migrate" in ended.stderr
    assert "Traceback" not in ended.stderr
