"""Reprocessing: extraction again over the archive, compared with the index, written where that is asked for."""

from difang.ingest.reprocess.reprocess import Reprocess
from difang.ingest.reprocess.scope import Scope
from difang.ingest.reprocess.stores import Progress, Stores
from difang.ingest.reprocess.summary import Summary

__all__ = ["Progress", "Reprocess", "Scope", "Stores", "Summary"]
