"""Every endpoint of the hostile source through the whole chain, after a good version was public.

Files are datasets of one source per group, and their addresses move to the hostile server between
two harvests. Catalogues are sources of their own, and move there themselves.
"""

from __future__ import annotations

import json
import resource
import threading
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from sqlalchemy import select

from opendata.models import Build, Dataset, Resource, Source, Version
from tests.hostile_site import FarInstance, HostileSite, registry
from tests.loopback import Loopback

INDEX = registry()
FIRST = "id,name,value\n" + "".join(f"{n},trạm {n % 97},{n}.5\n" for n in range(1000))

_CATALOGUES = ("ckan", "dcat", "jsonld", "xml")
# Each waits until a limit of time cuts it off, so that limit is short for these.
_SLOW = {"/drip": "?delay=0.05", "/drip-headers": "?delay=0.05", "/stall": ""}
_FORMATS = ("csv", "json", "parquet", "svg", "xlsx", "zip")
_LIST = "dataset_id,title,file_id,file_name,file_url,format\n"
_CONTEXT = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}


@dataclass(frozen=True)
class File:
    """How a file stands: why it failed, how its newest bytes were judged, what is public."""

    failure: str
    build: str
    why: tuple[str, ...]
    rows: tuple[int, int, int]  # read, accepted, quarantined
    versions: int
    public: dict[str, str]  # address of a download to the digest of its bytes

    @classmethod
    def of(cls, file: Resource, newest: Build | None, versions: int) -> File:
        rows = (newest.rows_read, newest.rows_accepted, newest.rows_quarantined) if newest else ()
        return cls(
            file.last_reason,
            newest.state if newest else "",
            tuple(newest.reasons) if newest else (),
            rows or (0, 0, 0),
            versions,
            _public(file),
        )


@dataclass(frozen=True)
class Seen:
    """What became of one endpoint: of its file, or of the catalogue that it is."""

    state: str = ""  # of the run
    reason: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    counts_again: dict[str, int] = field(default_factory=dict)  # of one more run
    failures: dict[str, str] = field(default_factory=dict)  # of a catalogue: dataset to reason
    file: File | None = None
    file_again: File | None = None
    before: dict[str, str] = field(default_factory=dict)  # what was public, see `File.public`
    after: dict[str, str] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Say whether all that was public still is, byte for byte."""
        return self.before.items() <= self.after.items()


class Walk:
    """The harvests of all endpoints in one instance. `fresh`: those that replace nothing; `passed
    by`: those that no harvest asks for."""

    def __init__(
        self,
        instance: FarInstance,
        hostile: HostileSite,
        good: Loopback,
        *,
        fresh: Collection[str],
        passed_by: Collection[str],
    ) -> None:
        self.instance = instance
        self.hostile = hostile
        self.good = good
        self.fresh = fresh
        self.seen = {path: Seen() for path in INDEX}
        self._paths = [path for path in INDEX if path not in passed_by]
        self.memory = 0  # the most that was used before anything hostile, in kilobytes

    def take_all(self) -> None:
        """Harvest everything; the catalogue that only takes long is read beside the others."""
        self._take_good()
        slow = "/ckan/slow/api/3/action/package_search"
        beside = threading.Thread(target=self._take_catalogue, args=(slow,))
        beside.start()
        groups: dict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            group = INDEX[path]["group"]
            if group not in _CATALOGUES:
                groups["slow" if path in _SLOW else group].append(path)
            elif path != slow:
                self._take_catalogue(path)
        for group, paths in groups.items():
            self._take_files(f"files-{group}", paths, is_slow=group == "slow")
        beside.join()
        self.instance.follow()

    def _take_good(self) -> None:
        """Harvest a good catalogue of either kind: all that harvests need is then in memory."""
        kinds = {"ckan": f"{self.hostile.url}/ckan/good", "dcat": self._good_dcat("/good")}
        for kind, url in kinds.items():
            self._quiet.add_source(f"good-{kind}", kind, url)
            self._quiet.harvest(f"good-{kind}")
        self.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def _take_files(self, name: str, paths: list[str], *, is_slow: bool) -> None:
        """Harvest a group of files: good ones, the hostile ones, and these once more."""
        instance = self._hurried(tries=2, read=0.4, deadline=2.0) if is_slow else self._quiet
        first = self.good.put("/first.csv", FIRST)
        kept = {path: first for path in paths if path not in self.fresh}
        instance.add_source(name, "file_list", self._list(name, kept))
        instance.harvest(name)
        before = self._files(name)
        self._list(name, {path: self.hostile.at(path, _SLOW.get(path, "")) for path in paths})
        run = instance.harvest(name)
        after = self._files(name)
        again = {} if is_slow else instance.harvest(name).counts
        at_last = self._files(name)
        for path in paths:
            self.seen[path] = Seen(
                run.state,
                run.reason,
                run.counts,
                again,
                file=after[path],
                file_again=at_last[path],
                before=before[path].public if path in before else {},
                after=after[path].public,
            )

    def _take_catalogue(self, path: str) -> None:
        """Harvest a good catalogue, then the hostile one at the same source, and that once more."""
        is_ckan = INDEX[path]["group"] == "ckan"
        url = self.hostile.url + path.partition("/api")[0]
        name = "of" + "-".join(PurePosixPath(url.partition(":")[2]).parts[2:]).replace(".", "-")
        faulty = self._hurried(tries=1, read=1.0, deadline=60.0)
        instance = faulty if "faulty" in path else self._quiet
        good = f"{self.hostile.url}/ckan/good" if is_ckan else self._good_dcat(path)
        is_fresh = path in self.fresh
        instance.add_source(
            name,
            "ckan" if is_ckan else "dcat",
            url if is_fresh else good,
            files="copy" if is_fresh or not is_ckan else "link",
        )
        before = {} if is_fresh else self._standing(instance, name)
        instance.change_source(name, url=url)
        if "/phased/" in path:
            self.hostile.set_phase("shrunk")
        run = instance.harvest(name)
        after = self._catalogue(name)
        failures = {key: file.failure for key, file in self._files(name).items() if file.failure}
        # These two only take long, the second time as the first.
        again = {} if "/slow/" in path or "/long/" in path else instance.harvest(name).counts
        self.seen[path] = Seen(
            run.state, run.reason, run.counts, again, failures, before=before, after=after
        )

    def _standing(self, instance: FarInstance, name: str) -> dict[str, str]:
        instance.harvest(name)
        return self._catalogue(name)

    def _good_dcat(self, path: str) -> str:
        file = self.good.put("/first.csv", FIRST)
        datasets = [
            {
                "@type": "dcat:Dataset",
                "@id": f"urn:good:{number}",
                "dct:title": f"Bộ {number} trước {path}",
                "dcat:distribution": {
                    "@type": "dcat:Distribution",
                    "dcat:downloadURL": {"@id": file},
                },
            }
            for number in range(2)
        ]
        catalogue = {"@context": _CONTEXT, "@type": "dcat:Catalog", "dcat:dataset": datasets}
        return self.good.put(f"/catalogue{path}", json.dumps(catalogue), "application/ld+json")

    def _list(self, name: str, urls: dict[str, str]) -> str:
        rows = (f"{path},Bộ {path},f,Tệp,{url},{_format(path)}\n" for path, url in urls.items())
        return self.good.put(f"/{name}.csv", _LIST + "".join(rows))

    def _catalogue(self, name: str) -> dict[str, str]:
        """Return what the public has of a catalogue: metadata and the digests of every download."""
        found = select(Dataset.id, Dataset.state, Dataset.document).join(Source)
        with self.instance.sessions() as session:
            rows = session.execute(found.where(Source.name == name)).all()
        told = {f"{row.id} {row.state}": json.dumps(row.document) for row in rows}
        return told | {
            url: digest
            for file in self._files(name).values()
            for url, digest in file.public.items()
        }

    def _files(self, name: str) -> dict[str, File]:
        """Return how the one file of each dataset of a source stands."""
        found = select(Dataset.upstream_id, Resource).join(Resource.dataset).join(Source)
        with self.instance.sessions() as session:
            files = dict(map(tuple, session.execute(found.where(Source.name == name))))
            ids = [file.id for file in files.values()]
            builds = session.scalars(
                select(Build).where(Build.resource_id.in_(ids)).order_by(Build.id)
            ).all()
            newest = {build.resource_id: build for build in builds}
            versions = Counter(
                session.scalars(select(Version.resource_id).where(Version.resource_id.in_(ids)))
            )
            return {
                id: File.of(file, newest.get(file.id), versions[file.id])
                for id, file in files.items()
            }

    @property
    def _quiet(self) -> FarInstance:
        return _Quiet(self.instance.settings, self.instance.sessions)

    def _hurried(self, *, tries: int, read: float, deadline: float) -> FarInstance:
        settings = self.instance.settings
        http = replace(
            settings.http,
            tries=tries,
            read_timeout_seconds=read,
            transfer_deadline_seconds=deadline,
        )
        return _Quiet(replace(settings, http=http), self.instance.sessions)


class _Quiet(FarInstance):
    """Many harvests, some side by side: the index follows when all are over."""

    def follow(self) -> None:
        """Leave the index as it is."""


def _public(file: Resource) -> dict[str, str]:
    build, base = file.published_build, f"/dataset/{file.dataset_id}"
    if build is None:
        return {}
    original = f"{base}/resource/{file.id}/download/original.csv"
    tables = {
        f"{base}/table/{t.table_id}/download/t.parquet": t.parquet_digest for t in build.tables
    }
    return {original: build.version.digest, **tables}


def _format(path: str) -> str:
    if INDEX[path]["group"] == "json":
        return "json"
    suffix = PurePosixPath(path).suffix.lstrip(".")
    return suffix if suffix in _FORMATS else "csv"
