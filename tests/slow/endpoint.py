"""Chat endpoints on loopback: one that plays a script, and one over a local chat model."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from peam.slow.chat import Chat

GOAL = '{"category": "gather", "predicate": "inventory.oak_log >= 4"}'
DECISION = f'{{"thought": "wood", "plan": [{GOAL}], "action": "mine(oak_log, 4)"}}'


@dataclass
class Play:
    """One answer. `cut`: bytes of the body after which the line goes dead; `stall`: never answers."""

    text: str = DECISION
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    usage: Any = None
    finish: str = "stop"
    cut: int | None = None
    stall: bool = False

    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        choice = {"message": {"role": "assistant", "content": self.text}, "finish_reason": self.finish}
        usage = {"prompt_tokens": 100, "completion_tokens": 10} if self.usage is None else self.usage
        return json.dumps({"choices": [choice], "usage": usage}).encode()


@dataclass
class Script:
    """What a scripted endpoint plays, and what it was sent. The last play repeats for ever."""

    plays: list[Play]
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def respond(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        self.paths.append(handler.path)
        play = self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]
        if play.stall:
            self.over.wait(30)
            return
        send(handler, play.status, play.content(), play.headers, play.cut)


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    content: bytes,
    headers: dict[str, str] | None = None,
    cut: int | None = None,
) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[:cut])
    handler.close_connection = True


Respond = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def listening(respond: Respond) -> Iterator[str]:
    """Serves POSTs of JSON on loopback; yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            respond(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def scripted(*plays: Play) -> Iterator[Script]:
    script = Script(list(plays) or [Play()])
    with listening(script.respond) as script.url:
        yield script
    script.over.set()


@contextmanager
def serving(chat: Chat) -> Iterator[str]:
    """An OpenAI-compatible endpoint over a chat model. Like many a real one it knows no response_format."""

    def respond(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        if "response_format" in body:
            words = {"error": {"message": "response_format of type json_schema is not supported"}}
            return send(handler, 400, json.dumps(words).encode())
        reply = chat.complete(body["messages"], {}, body.get("seed", 0))
        usage = dict(zip(("prompt_tokens", "completion_tokens"), reply.tokens, strict=True))
        finish = "length" if reply.cut else "stop"
        send(handler, 200, Play(reply.text, usage=usage, finish=finish).content())

    with listening(respond) as url:
        yield url
