"""The database, one noun per file. Import the classes from here."""

from opendata.models.area import Area, AreaSuccession
from opendata.models.base import Base
from opendata.models.build import Build
from opendata.models.dataset import Dataset, DatasetSlug
from opendata.models.decision import BlockedDigest, Decision
from opendata.models.download_day import DownloadDay
from opendata.models.event import Event, EventCursor
from opendata.models.publisher import Publisher, PublisherSuccession
from opendata.models.record import Record
from opendata.models.resource import Resource
from opendata.models.run import Run
from opendata.models.search_day import SearchDay
from opendata.models.search_refusal import SearchRefusal
from opendata.models.search_word import SearchWord
from opendata.models.source import Source
from opendata.models.table import Table, TableBuild
from opendata.models.version import Version

__all__ = [
    "Area",
    "AreaSuccession",
    "Base",
    "BlockedDigest",
    "Build",
    "Dataset",
    "DatasetSlug",
    "Decision",
    "DownloadDay",
    "Event",
    "EventCursor",
    "Publisher",
    "PublisherSuccession",
    "Record",
    "Resource",
    "Run",
    "SearchWord",
    "SearchDay",
    "SearchRefusal",
    "Source",
    "Table",
    "TableBuild",
    "Version",
]
