"""The ledger: one database, opened once a process, and its books."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from difang.crawler.ledger.addresses import Addresses
from difang.crawler.ledger.alert_outbox import AlertOutbox
from difang.crawler.ledger.coverage import Coverage
from difang.crawler.ledger.deeds import Deeds
from difang.crawler.ledger.discoveries import Discoveries
from difang.crawler.ledger.figures import Figures
from difang.crawler.ledger.freshness import Freshness
from difang.crawler.ledger.hosts import HostTurns
from difang.crawler.ledger.identities import Identities
from difang.crawler.ledger.issues import Issues
from difang.crawler.ledger.lease import Held, Lease, read_lease
from difang.crawler.ledger.listings import Listings
from difang.crawler.ledger.looks import Looks
from difang.crawler.ledger.opening import open_engine
from difang.crawler.ledger.people import People
from difang.crawler.ledger.plans import Plans
from difang.crawler.ledger.readings import Readings
from difang.crawler.ledger.run_lists import RunLists
from difang.crawler.ledger.runs import Runs
from difang.crawler.ledger.saved_searches import SavedSearches
from difang.crawler.ledger.schedule_book import ScheduleBook
from difang.crawler.ledger.sessions import Sessions
from difang.crawler.ledger.stories import StoryBook
from difang.crawler.ledger.survey_books import SurveyBooks
from difang.crawler.ledger.surveys import Surveys
from difang.crawler.ledger.takedowns import TakedownList
from difang.crawler.ledger.tasks import Tasks
from difang.crawler.ledger.telling import TellingBook
from difang.crawler.ledger.traces import Traces
from difang.crawler.ledger.transactions import PATIENCE, reading
from difang.crawler.ledger.warc_files import WarcFiles
from difang.ingest.note import Note
from difang.ingest.outcome import Ending
from difang.ingest.process_names import holder_died


class Ledger:
    """The books of one database; implements the port Endings for the ingest worker. Usable from any thread."""

    def __init__(self, address: str, *, patience: float = 0.0) -> None:
        """Open the database at an SQLAlchemy address and bring it to the newest migration.

        A database that is away, now or later, is waited for up to `patience` seconds; then RetryLater is raised.
        Raises UsageError where the address is wrong.
        """
        self._engine = open_engine(address, patience=patience)
        self.discoveries = Discoveries(self._engine)
        self.addresses = Addresses(self._engine)
        self.listings = Listings(self._engine)
        self.hosts = HostTurns(self._engine)
        self.plans = Plans(self._engine)
        self.runs = Runs(self._engine, self.discoveries, self.plans)
        self.run_lists = RunLists(self._engine)
        self.readings = Readings(self._engine)
        self.issues = Issues(self._engine)
        self.schedule = ScheduleBook(self._engine)
        self.stories = StoryBook(self._engine)
        self.takedowns = TakedownList(self._engine)
        self.traces = Traces(self._engine)
        self.warc_files = WarcFiles(self._engine)
        self.surveys = Surveys(self._engine)
        self.survey_books = SurveyBooks(self._engine)
        self.coverage = Coverage(self._engine)
        self.freshness = Freshness(self._engine)
        self.looks = Looks(self._engine)
        self.people = People(self._engine)
        self.identities = Identities(self._engine)
        self.sessions = Sessions(self._engine)
        self.deeds = Deeds(self._engine)
        self.saved_searches = SavedSearches(self._engine)
        self.alert_outbox = AlertOutbox(self._engine)
        self.figures = Figures(self._engine)
        self.tasks = Tasks(self._engine)
        self.telling = TellingBook(self._engine)

    def lease(
        self,
        name: str,
        *,
        seconds: float,
        elapsed: Callable[[], float],
        holder: str | None = None,
        died: Callable[[str], bool] = holder_died,
    ) -> Lease:
        """A lease of this name, which one process at a time holds; see Lease."""
        return Lease(self._engine, name, seconds=seconds, elapsed=elapsed, holder=holder, died=died)

    def lease_held(self, name: str) -> Held | None:
        """The lease of this name as it stands, None where nobody ever held it."""
        return read_lease(self._engine, name)

    def tell(self, endings: Sequence[Ending], notes: Sequence[Note] = ()) -> None:
        """Write endings down, durably, all or none, and count their notes; raises RetryLater where not possible now."""
        self.discoveries.tell(endings, notes)

    def wait_at_most(self, seconds: float) -> None:
        """From now on a database that is away is waited for so long."""
        self._engine.update_execution_options(**{PATIENCE: seconds})

    def database(self) -> str:
        """The database and its version, for people."""
        with reading(self._engine):
            version = ".".join(str(part) for part in self._engine.dialect.server_version_info or ())
        return f"{'PostgreSQL' if self._engine.dialect.name == 'postgresql' else 'SQLite'} {version}"

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()
