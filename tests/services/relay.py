"""A relay of TCP connections to a service, to be taken away and brought back under its clients."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Relay:
    """Listens on `port` of 127.0.0.1 only within `up`; at its end every connection through it breaks."""

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    @contextmanager
    def up(self) -> Iterator[None]:
        sockets: list[socket.socket] = []
        threads: list[threading.Thread] = []
        listener = socket.create_server(("127.0.0.1", self.port))

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    far = socket.create_connection(("127.0.0.1", self._target))
                    sockets.extend((near, far))
                    for pair in ((near, far), (far, near)):
                        threads.append(threading.Thread(target=_copy, args=pair))
                        threads[-1].start()

        threads.append(threading.Thread(target=accept))
        threads[0].start()
        try:
            yield
        finally:
            _break(listener)
            threads[0].join()
            for end in sockets:
                _break(end)
            for thread in threads:
                thread.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


def _break(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
