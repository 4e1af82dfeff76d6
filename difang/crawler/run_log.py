"""A run's own log file: sentences for people, bounded in size."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

_LARGEST = 2_000_000  # bytes, and as much again in one older file


def log_file(folder: Path, run_id: str) -> Path:
    """Where a run's log lies; what came before its newest two megabytes lies beside it, as far as it is kept."""
    return folder / f"{run_id}.log"


def open_log(run_id: str, path: Path) -> logging.Logger:
    """The logger of a run, writing to its file; closed by close_log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_LARGEST, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.Logger(f"difang.crawl.{run_id}", logging.INFO)
    logger.addHandler(handler)
    return logger


def close_log(logger: logging.Logger) -> None:
    """Let go of the file."""
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
