"""When a source is harvested: a word, an interval, or five cron fields.

    hourly, daily, weekly, monthly      at a time of its own for every source
    every 30m, every 6h, every 2d       counted from a moment of its own for every source
    15 3 * * 1-5                        cron: minute hour day month weekday, exactly then

Fields and words are read on the clock of `[harvest] timezone`. Where that clock is turned back, a
time that comes twice counts once; a time that is left out comes as much later as was left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

from opendata.errors import SettingError

_MAX_LENGTH = 100
_WORDS = ("hourly", "daily", "weekly", "monthly")
_INTERVAL = re.compile(r"every ([0-9]{1,6}) ?([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=366)
# Numbers, names of months and days; not what croniter knows besides (hashes, chance, L, W, #).
_FIELD = re.compile(
    r"(?:[0-9*,/-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)+"
)
_FIELDS = 5
# Offices sleep, and so do their portals: words mean the hours from midnight to six.
_NIGHT_MINUTES = 6 * 60
_EVERY_MONTH_HAS = 28
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The times that are compared to see how often a schedule comes: every month's end is among them.
_SAMPLE_START = datetime(2027, 1, 1)
_SAMPLE_END = datetime(2028, 3, 1)
_SAMPLE_TIMES = 3_000


@dataclass(frozen=True)
class Schedule:
    """A schedule that was understood: `text` as it is kept; an interval, a word or cron fields."""

    text: str
    interval: timedelta | None = None

    def cron(self, spread: str) -> str:
        """Return the five fields; those of a word are chosen by `spread`, always the same."""
        place = _place(spread)
        minute, hour = place % 60, place % _NIGHT_MINUTES // 60
        return {
            "hourly": f"{minute} * * * *",
            "daily": f"{minute} {hour} * * *",
            "weekly": f"{minute} {hour} * * {place // _NIGHT_MINUTES % 7}",
            "monthly": f"{minute} {hour} {place // _NIGHT_MINUTES % _EVERY_MONTH_HAS + 1} * *",
        }.get(self.text, self.text)


def parse(text: str, *, shortest_minutes: int = 1) -> Schedule:
    """Understand a schedule; raises SettingError for one that is wrong, never comes, or comes more
    often than every `shortest_minutes`."""
    schedule = _read(text)
    if _comes_within(schedule, timedelta(minutes=shortest_minutes)):
        raise SettingError(
            f"The schedule {schedule.text!r} comes more often than every {shortest_minutes} "
            "minutes; choose a longer one or change [harvest] shortest_schedule_minutes."
        )
    return schedule


def next_after(text: str, moment: datetime, *, timezone: str, spread: str = "") -> datetime:
    """Return the first time of a schedule after `moment`, in UTC; raises SettingError.

    `spread` (the source's name) gives each source its own time where the schedule leaves it open.
    """
    schedule = _read(text)
    if schedule.interval is not None:
        start = _EPOCH + timedelta(minutes=_place(spread)) % schedule.interval
        return start + ((moment - start) // schedule.interval + 1) * schedule.interval
    clock = zone(timezone)
    local = moment.astimezone(clock).replace(tzinfo=None)
    for time in _times(schedule.cron(spread), local):
        found = time.replace(tzinfo=clock).astimezone(UTC)
        if found > moment:
            return found
    raise _never(schedule.text)


def zone(name: str) -> ZoneInfo:
    """Return the clock of `[harvest] timezone`; raises SettingError when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as err:
        raise SettingError(
            f"[harvest] timezone {name!r} is not known; write it like Asia/Ho_Chi_Minh."
        ) from err


def _read(text: str) -> Schedule:
    if len(text) > _MAX_LENGTH:
        raise SettingError(
            f"The schedule has {len(text)} characters; write it in at most {_MAX_LENGTH}."
        )
    plain = " ".join(text.lower().split())
    if plain in _WORDS:
        return Schedule(plain)
    if interval := _INTERVAL.fullmatch(plain):
        return _interval(plain, int(interval[1]) * _UNITS[interval[2]])
    fields = plain.split()
    if len(fields) == _FIELDS and all(_FIELD.fullmatch(field) for field in fields):
        return _cron(plain)
    raise SettingError(
        f"{plain!r} is not a schedule; write hourly, daily, weekly, monthly, an interval like "
        "'every 6h' (m, h or d), or five cron fields like '15 3 * * 1-5'."
    )


def _interval(text: str, interval: timedelta) -> Schedule:
    if not _UNITS["m"] <= interval <= _LONGEST:
        raise SettingError(
            f"The schedule {text!r} is not possible; an interval has from one minute to "
            f"{_LONGEST.days} days."
        )
    return Schedule(text.replace(" ", "").replace("every", "every "), interval)


def _cron(text: str) -> Schedule:
    try:
        first = next(_times(text, _SAMPLE_START), None)
    except ValueError as err:
        raise SettingError(
            f"{text!r} is not a schedule: its cron fields (minute 0-59, hour 0-23, day 1-31, "
            "month 1-12, weekday 0-7) cannot be read; correct them, like '15 3 * * 1-5'."
        ) from err
    if first is None:
        raise _never(text)
    return Schedule(text)


def _times(fields: str, start: datetime) -> Iterator[datetime]:
    """Yield the times on the wall clock after `start`; none when the date never comes.

    Raises ValueError for fields that cannot be read.
    """
    times = croniter(fields, start, ret_type=datetime)
    while True:
        try:
            yield times.get_next(datetime)
        except CroniterBadDateError:
            return


def _comes_within(schedule: Schedule, shortest: timedelta) -> bool:
    """Say whether two times of a schedule lie closer together than `shortest`."""
    if schedule.interval is not None:
        return schedule.interval < shortest
    times = islice(_times(schedule.cron(""), _SAMPLE_START), _SAMPLE_TIMES)
    sample = takewhile(lambda time: time < _SAMPLE_END, times)
    return any(later - earlier < shortest for earlier, later in pairwise(sample))


def _never(text: str) -> SettingError:
    return SettingError(
        f"The schedule {text!r} names a date that never comes; correct its day and month."
    )


def _place(spread: str) -> int:
    """Return a number that is the same for the same name in every process and release."""
    return int.from_bytes(hashlib.sha256(spread.encode()).digest()[:4])
