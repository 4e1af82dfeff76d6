"""The web server: uvicorn, which at its end closes the streams of events that would else keep it waiting."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from difang.console.operating.live import Live

_LONGEST_HEAD = 1_000_000
"""Bytes of a request's line and headers: a query of 100 kB is three times as long in an address, and is answered."""


class Server(uvicorn.Server):
    """Serves an application made by make_app."""

    def __init__(self, app: FastAPI, *, proxies: str = "") -> None:
        """`proxies`: addresses and networks, with commas, that are believed whom they ask for, and by which scheme.

        Without any nobody is, programs of this machine neither: who may say so has as many guesses as addresses.
        """
        config = uvicorn.Config(
            app,
            log_config=None,  # its lines go the way of all others, as event `library`
            log_level="warning",
            access_log=False,
            h11_max_incomplete_event_size=_LONGEST_HEAD,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
        )
        super().__init__(config)
        self._live: Live = app.state.live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, answer those begun, end."""
        self._live.end()
        await super().shutdown(sockets)
