"""The runner: begins planned runs as crawl processes, and sees to it that each of them ends."""

from difang.crawler.runner.runner import Runner

__all__ = ["Runner"]
