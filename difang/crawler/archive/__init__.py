"""The archive: every fetched response in WARC files, one series of files a run."""

from difang.crawler.archive.archive import Archive
from difang.crawler.archive.writer import RunFiles

__all__ = ["Archive", "RunFiles"]
