"""The web server: uvicorn, which at its end closes the streams of events that would else keep it waiting."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from difang.console.operating.live import Live


class Server(uvicorn.Server):
    """Serves an application made by make_app."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, log_level="warning", access_log=False))
        self._live: Live = app.state.live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, answer those begun, end."""
        self._live.end()
        await super().shutdown(sockets)
