"""A stand-in for Malmo: its socket protocol over the embedded world, for the real MineDojo client to talk to.

It proves the client's side and the wire, nothing about Minecraft: the JSON is shaped from reading MineDojo's
Java. The protocol is one TCP connection, 4-byte big-endian lengths; the messages are those of MineDojo's
MalmoEnvServer. Run it with `python -m peam.sims.minedojo.standin --port 9000`.
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from peam.errors import SimError
from peam.sims.minedojo.missions import parse
from peam.sims.voxel.minedojo_compat.avatar import Avatar, Command

HELLO: Final = b"<MalmoEnv0.37.0/>"
MOST = 2**22  # bytes of one message from the client
_STEP: Final = len("<StepClient0>")


class StandIn:
    """The server: one mission at a time, one connection at a time, each in its own thread.

    Attributes:
        port: Where it listens, on the loopback address.
        avatar: The running mission, None before the first.
    """

    def __init__(self, port: int = 0, on_start: Callable[[Avatar], None] | None = None) -> None:
        """Listens at once.

        Args:
            port: 0 takes any free one.
            on_start: Called with each new mission before its first observation, for tests to build on.
        """
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.avatar: Avatar | None = None
        self._on_start = on_start
        self._closing = False

    def __enter__(self) -> StandIn:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def serve(self) -> None:
        """Accepts connections until `close`."""
        while not self._closing:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Stops listening."""
        self._closing = True
        self._socket.close()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                while (message := _receive(connection)) is not None:
                    if not self._answer(connection, message):
                        return
            except (OSError, SimError, ValueError) as error:
                print(f"stand-in: {error}", file=sys.stderr)

    def _answer(self, connection: socket.socket, message: bytes) -> bool:
        """Answers one message; False ends the connection."""
        if message.startswith(b"<MalmoEnv"):
            if message != HELLO:
                raise SimError(f"hello: {message[:40]!r} is not {HELLO!r}")
        elif message.startswith(b"<Quit"):
            _send(connection, struct.pack("!I", 1))
        elif message.startswith(b"<MissionInit"):
            self._begin(connection, message)
        elif message.startswith(b"<Peek"):
            picture, report = self._see()
            for part in (picture, report, struct.pack("!b", 0)):
                _send(connection, part)
        elif message.startswith(b"<StepClient"):
            self._running().tick(_commands(message))
            picture, report = self._see()
            for part in (picture, struct.pack("!dbb", 0.0, 0, 1), report):
                _send(connection, part)
        elif message.startswith(b"<Exit"):
            _send(connection, struct.pack("!I", 1))
            return False
        elif message.startswith(b"<Disconnect"):
            return False
        elif not message.startswith(b"<StepServer"):
            raise SimError(f"unknown message {message[:40]!r}")
        return True

    def _begin(self, connection: socket.socket, message: bytes) -> None:
        _receive(connection)  # the token, which only orders several agents
        self.avatar = Avatar(parse(message))
        if self._on_start:
            self._on_start(self.avatar)
        _send(connection, struct.pack("!I", 1))

    def _running(self) -> Avatar:
        if self.avatar is None:
            raise SimError("no mission has been started")
        return self.avatar

    def _see(self) -> tuple[bytes, bytes]:
        avatar = self._running()
        return np.flipud(avatar.picture()).tobytes(), json.dumps(avatar.report()).encode()


def _commands(message: bytes) -> list[Command]:
    """Reads the lines "verb argument" of a step."""
    body = message[_STEP:].rpartition(b"</StepClient")[0].decode()
    pairs = (line.split(" ", 1) for line in body.split("\n") if " " in line)
    return [(verb, argument) for verb, argument in pairs]


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(struct.pack("!I", len(data)) + data)


def _receive(connection: socket.socket) -> bytes | None:
    head = _read(connection, 4)
    if head is None:
        return None
    size = struct.unpack("!I", head)[0]
    if size > MOST:
        raise SimError(f"a message of {size} bytes, more than {MOST}")
    return _read(connection, size)


def _read(connection: socket.socket, size: int) -> bytes | None:
    """Reads so many bytes; None where the connection ends first."""
    parts = []
    while size:
        part = connection.recv(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=9000)
    port = parser.parse_args().port
    try:
        server = StandIn(port)
    except (OSError, OverflowError) as error:
        parser.error(f"--port {port}: {error}")
    print(f"***** Start MalmoEnvServer on port {server.port}", flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        server.close()


if __name__ == "__main__":
    main()
