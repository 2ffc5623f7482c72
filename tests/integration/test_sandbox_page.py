"""The page and the control API answer on this machine, to their own page and to programs, and to nobody else."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest

from henbot.sandbox import (
    ADMIN_ID,
    CHANNEL_ID,
    SANDBOX_TOKEN,
    SUBSCRIBER_ID,
    Sandbox,
    SandboxUnusable,
    running_sandbox,
)
from tests.sandbox_bots import keys, picture, play


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


def visit(sandbox: Sandbox, part: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def act() -> None:
        async with aiohttp.ClientSession(sandbox.page_url) as session:
            await part(session)

    asyncio.run(act())


async def told(answer: aiohttp.ClientResponse) -> Any:
    return await answer.json()


def test_the_page_is_whole_in_itself_and_runs_its_own_script_only(sandbox: Sandbox) -> None:
    async def part(session: aiohttp.ClientSession) -> None:
        answer = await session.get("/")
        page = await answer.text()
        assert answer.status == 200 and answer.content_type == "text/html"
        assert not re.search(r"""(?:src|href)=["']https?:|@import|url\(['"]?http""", page)
        nonces = set(re.findall(r'nonce="([^"]+)"', page))
        assert len(nonces) == 1
        policy = answer.headers["Content-Security-Policy"]
        assert f"script-src 'nonce-{nonces.pop()}'" in policy and "frame-ancestors 'none'" in policy

    visit(sandbox, part)


def test_what_the_page_is_told_is_escaped(sandbox: Sandbox) -> None:
    sandbox.say(ADMIN_ID, "<img src=x onerror=alert(1)>")

    async def part(session: aiohttp.ClientSession) -> None:
        state = await told(await session.get("/control/state"))
        assert [chat["id"] for chat in state["chats"]] == [CHANNEL_ID, ADMIN_ID, SUBSCRIBER_ID]
        assert state["messages"][0]["html"] == "&lt;img src=x onerror=alert(1)&gt;"

    visit(sandbox, part)


def test_a_chat_can_be_played_over_http(sandbox: Sandbox) -> None:
    sent = play(sandbox, lambda bot: bot.send_message(ADMIN_ID, "Who?", reply_markup=keys(Ginger="g")))

    async def part(session: aiohttp.ClientSession) -> None:
        await session.post("/control/say", json={"chat": ADMIN_ID, "text": "/today"})
        press = {"chat": ADMIN_ID, "message_id": sent.message_id, "button": "Ginger"}
        assert "query_id" in await told(await session.post("/control/press", json=press))
        headers = {"Content-Type": "image/png"}
        await session.post(f"/control/photo?chat={ADMIN_ID}&caption=she", data=picture(), headers=headers)
        messages = (await told(await session.get(f"/control/messages?chat={ADMIN_ID}")))["messages"]
        assert [m["text"] or m["caption"] for m in messages] == ["Who?", "/today", "she"]
        shown = await session.get(f"/control/file/{messages[2]['file']['file_id']}")
        assert await shown.read() == picture() and shown.content_type == "image/png"
        logged = (await told(await session.get("/control/requests")))["requests"]
        assert [each["method"] for each in logged][-1] == "sendMessage"
        await session.post("/control/inject", json={"kind": "429", "retry_after_s": 3, "times": 1})
        limited = await session.post(f"/bot{SANDBOX_TOKEN}/getMe")
        assert limited.status == 429 and (await told(limited))["parameters"] == {"retry_after": 3}
        wrong = await session.post("/control/say", json={"chat": 77, "text": "x"})
        assert wrong.status == 400 and "chat not found" in (await told(wrong))["error"]

    visit(sandbox, part)
    assert len(sandbox.world.updates) == 3


def test_changes_are_streamed_to_the_page_from_where_it_left_off(sandbox: Sandbox) -> None:
    sandbox.say(ADMIN_ID, "before")

    async def part(session: aiohttp.ClientSession) -> None:
        revision = (await told(await session.get("/control/state")))["revision"]
        async with session.get(f"/control/events?since={revision}") as stream:
            await asyncio.to_thread(sandbox.say, ADMIN_ID, "after")
            heard = ""
            while "after" not in heard:
                heard += (await asyncio.wait_for(stream.content.readline(), 5)).decode()
            assert "before" not in heard
            assert json.loads(heard[heard.rindex("data: ") + 6 :])["html"] == "after"

    visit(sandbox, part)


FOREIGN = {
    "a name that was rebound to this machine": {"Host": "evil.example:80"},
    "a page from elsewhere": {"Origin": "https://evil.example"},
    "a page of another port": {"Origin": "http://127.0.0.1:1"},
    "a page without an origin": {"Origin": "null"},
    "a picture in a page from elsewhere": {"Sec-Fetch-Site": "cross-site"},
    "a page of the same machine": {"Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("who", FOREIGN)
def test_other_web_pages_can_neither_read_nor_steer(sandbox: Sandbox, who: str) -> None:
    async def part(session: aiohttp.ClientSession) -> None:
        asked = {"chat": ADMIN_ID, "text": "forged"}
        for answer in (
            await session.post("/control/say", json=asked, headers=FOREIGN[who]),
            await session.get("/control/state", headers=FOREIGN[who]),
            await session.get(f"/bot{SANDBOX_TOKEN}/sendMessage?chat_id={ADMIN_ID}&text=x", headers=FOREIGN[who]),
        ):
            assert answer.status == 403
            assert "Access-Control-Allow-Origin" not in answer.headers

    visit(sandbox, part)
    assert sandbox.messages(ADMIN_ID) == []


def test_a_form_of_another_page_cannot_pass_for_json(sandbox: Sandbox) -> None:
    async def part(session: aiohttp.ClientSession) -> None:
        forged = await session.post(
            "/control/say", data='{"chat": 1001, "text": "x"}', headers={"Content-Type": "text/plain"}
        )
        assert forged.status == 400

    visit(sandbox, part)
    assert sandbox.messages(ADMIN_ID) == []


def test_a_file_that_is_no_picture_is_never_shown_in_place(sandbox: Sandbox) -> None:
    play(sandbox, lambda bot: bot.send_document(ADMIN_ID, b"<script>alert(1)</script>", filename="x.html"))
    stored = sandbox.messages(ADMIN_ID)[0].attachment
    assert stored is not None

    async def part(session: aiohttp.ClientSession) -> None:
        answer = await session.get(f"/control/file/{stored.file_id}")
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    visit(sandbox, part)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org"])
def test_it_listens_on_the_loopback_address_only(host: str) -> None:
    with pytest.raises(SandboxUnusable, match="listens on this machine only"):
        Sandbox(host=host)


def test_a_port_that_is_taken_is_named(sandbox: Sandbox) -> None:
    with (
        pytest.raises(SandboxUnusable, match=f"Port {sandbox.port} cannot be used \\(another program uses it\\)"),
        running_sandbox(port=sandbox.port),
    ):
        pass


def test_waiting_on_the_sandboxs_own_loop_is_refused_and_until_does_it() -> None:
    async def act() -> None:
        sandbox = Sandbox()
        await sandbox.start()
        with pytest.raises(SandboxUnusable, match="await"):
            sandbox.wait_for(lambda: True)
        asyncio.get_running_loop().call_later(0.05, sandbox.say, ADMIN_ID, "hello")
        assert await sandbox.until(lambda: sandbox.messages(ADMIN_ID))
        await sandbox.stop()

    asyncio.run(act())


def test_it_runs_alone_says_its_addresses_without_the_token_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "henbot.sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as alone:
        assert alone.stdout is not None and alone.stderr is not None
        lines = [alone.stdout.readline() for _ in range(4)]
        assert re.search(r"http://127\.0\.0\.1:\d+/$", lines[0].strip())
        alone.terminate()
        assert alone.wait(5) == 0
        assert SANDBOX_TOKEN not in "".join(lines) + alone.stderr.read()


def test_it_imports_neither_numpy_nor_opencv_nor_tensorflow() -> None:
    program = "import sys, henbot.sandbox; print({'numpy', 'cv2', 'tensorflow', 'telegram'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"
