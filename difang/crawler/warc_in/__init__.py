"""WARC in: pages of the known hosts out of other people's WARC files, copied into the archive and queued."""

from difang.crawler.warc_in.copying import OTHER_HOST, TAKEN_DOWN, WITHOUT_BODY, Parts, Progress, copy_pages
from difang.crawler.warc_in.several import copy_files

__all__ = ["OTHER_HOST", "TAKEN_DOWN", "WITHOUT_BODY", "Parts", "Progress", "copy_files", "copy_pages"]
