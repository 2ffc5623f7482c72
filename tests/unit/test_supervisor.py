"""The supervisor: restarts with back-off, and an end for both."""

import subprocess
import sys
import threading
import time

from henbot.supervisor import Child, Supervisor


def test_a_process_that_dies_is_started_again_after_ever_longer_pauses() -> None:
    child = Child("short", [sys.executable, "-c", "raise SystemExit(3)"])
    now, pauses = 0.0, []
    for _ in range(3):
        child.look_after(now)
        assert child.process is not None
        child.process.wait()
        child.look_after(now)
        pauses.append(child.due_at - now)
        child.look_after(now + pauses[-1] / 2)
        assert child.process is None
        now = child.due_at
    assert pauses == [1.0, 2.0, 4.0]


def test_a_process_that_lived_for_long_is_started_again_at_once() -> None:
    child = Child("long", [sys.executable, "-c", "raise SystemExit(1)"], pause_s=32.0)
    child.look_after(0.0)
    assert child.process is not None
    child.process.wait()
    child.look_after(100.0)
    assert child.due_at == 101.0


def test_both_end_within_five_seconds_even_one_that_will_not() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    supervisor = Supervisor(
        [
            Child("willing", [sys.executable, "-c", "import time; time.sleep(60)"]),
            Child("stubborn", [sys.executable, "-c", stubborn]),
        ]
    )
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    time.sleep(1.0)
    processes = [child.process for child in supervisor.children]
    started = time.monotonic()
    supervisor.stopped.set()
    thread.join(timeout=10)
    assert time.monotonic() - started < 5.0
    assert [isinstance(process, subprocess.Popen) and process.poll() is not None for process in processes] == [
        True,
        True,
    ]
