"""What was seen in one column so far, and whether it is enough to speak of personal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table import digits, personal_mail
from opendata.pipeline.table.digits import Numbers
from opendata.pipeline.table.octets import Positions, octets
from opendata.pipeline.table.personal_forms import FORMS, Form, Need, is_tax_code
from opendata.pipeline.table.typed import Mask

SAMPLES = 3
_MANY = 20  # cells
_MOST = 0.8
# A column with so many addresses of persons holds addresses: from then on they are only counted.
_SURE = 1_000
_ENOUGH = 10_000  # cells
_PASSPORT = r"\A\s*[A-Z][0-9]{7,8}\s*\z"
_WEB = "://"  # the numbers in an address of a page name the page
_POSTS = "office-email"


class Tally:
    """Counts of one column.

    `named`: the kinds that its header names. `denies_phones`: its numbers are codes, or telephones
    that are there to be called. `is_number`: its cells are integers, any digits may come by chance.
    `names_persons`: the table has a column of them.
    """

    def __init__(
        self,
        named: frozenset[str] = frozenset(),
        *,
        denies_phones: bool = False,
        is_number: bool = False,
        names_persons: bool = False,
    ) -> None:
        self._named = named
        self._is_number = is_number
        self._names_persons = names_persons
        self._forms = [form for form in FORMS if self._may_have(form, denies_phones=denies_phones)]
        self._cells = 0
        self._looked_at = 0
        self._sizes: Counter[int] = Counter()
        self._hits: Counter[int] = Counter()  # by the place of the form
        self._tax: Counter[int] = Counter()
        self._others: Counter[str] = Counter()
        self.samples: dict[str, list[str]] = {}

    def _may_have(self, form: Form, *, denies_phones: bool) -> bool:
        is_named = form.kind in self._named
        if form.need in (Need.HEADER, Need.HEADER_AND_MOST):
            return is_named
        if form.need is Need.MOST:
            return self._is_number and not is_named
        if form.need is Need.PERSONS and not self._names_persons:
            return False
        return is_named or form.kind != "phone" or not denies_phones

    def add(self, values: pa.Array) -> None:
        """Look at more cells, of text or of what the text became."""
        self._cells += len(values) - values.null_count
        if self._is_hopeless():
            return
        text = values if values.type == pa.string() else values.cast(pa.string())
        data, _ = octets(text)
        if not self._is_number:
            self._mails(text, int(np.count_nonzero(data == ord("@"))))
        if "passport" in self._named:
            self._passports(text)
        self._numbers(text)

    def _is_hopeless(self) -> bool:
        """Of integers most cells must be so; where few of the first are, the rest say nothing."""
        return (
            self._is_number
            and not self._named
            and self._cells > _ENOUGH
            and max(self._hits.values(), default=0) * 2 < self._looked_at
        )

    def _numbers(self, text: pa.StringArray) -> None:
        self._looked_at += len(text)
        found = _numbers_in(text)
        if found is None:
            return
        present = _sizes(found.size)
        self._sizes.update(_sizes(found.size[found.shape == 0]) if found.shape.any() else present)
        for place, form in enumerate(self._forms):
            if not present.keys().isdisjoint(form.sizes):
                self._form(place, form, _of(found, form, is_alone=len(present) == 1))

    def _form(self, place: int, form: Form, found: Numbers) -> None:
        hits = found.where(form.check(found))
        if not len(hits.cell):
            return
        self._hits[place] += hits.cells
        self._sizes[form.sizes[0]] += int(np.count_nonzero(hits.shape))
        if self._may_be_tax_code(form):
            self._tax[place] += int(is_tax_code(hits).sum())
        for index in range(min(len(hits.cell), SAMPLES)):
            self._sample(form.kind, masked_number(hits.text(index), form.kind))

    def _may_be_tax_code(self, form: Form) -> bool:
        return form.kind == "phone" and form.sizes == (10,) and form.kind not in self._named

    def _passports(self, text: pa.StringArray) -> None:
        is_one = _matches(text, _PASSPORT)
        if count := pc.sum(is_one).as_py():
            self._others["passport"] += count
            for cell in text.filter(is_one)[:SAMPLES].to_pylist():
                self._sample("passport", masked_number(cell.strip(), "passport"))

    def _mails(self, text: pa.StringArray, count: int) -> None:
        if not count:
            return
        if self._others["email"] >= _SURE:
            self._others["email"] += count
            return
        with_at = text.filter(pc.match_substring(text, "@"))
        offices = personal_mail.only_office(with_at)
        self._others[_POSTS] += pc.sum(offices).as_py()
        for cell in with_at.filter(pc.invert(offices)).to_pylist():
            self._mail(cell)

    def _mail(self, cell: str) -> None:
        found = personal_mail.addresses(cell)
        persons = [address for address in found if not personal_mail.is_office(address)]
        if persons:
            self._others["email"] += 1
            self._sample("email", masked_mail(persons[0]))
        elif found:
            self._others[_POSTS] += 1

    def _sample(self, kind: str, text: str) -> None:
        kept = self.samples.setdefault(kind, [])
        if len(kept) < SAMPLES:
            kept.append(text)

    def findings(self) -> Iterator[tuple[str, int]]:
        """Yield (kind, cells) of what is enough."""
        counts: Counter[str] = Counter()
        for place, form in enumerate(self._forms):
            if self._hits[place] and self._is_enough(place, form):
                counts[form.kind] += self._hits[place]
        counts["email"] += self._others["email"]
        if self._names_persons:
            counts["email"] += self._others[_POSTS]
        counts["passport"] += self._others["passport"]
        yield from ((kind, min(count, self._cells)) for kind, count in counts.items() if count)

    def _is_enough(self, place: int, form: Form) -> bool:
        hits, is_named = self._hits[place], form.kind in self._named
        most = hits >= _MOST * self._cells
        if form.need is Need.HEADER:
            return True
        if form.need is Need.HEADER_AND_MOST:
            return most
        if form.need is Need.MOST:
            return most and hits >= _MANY
        if is_named:
            return True
        if self._is_number and not (most and hits >= _MANY):
            return False
        if self._tax[place] * 2 >= hits:
            return False
        return hits * 2 >= sum(self._sizes[size] for size in form.sizes)

    def looks_personal(self, text: pa.StringArray, allowed: Collection[str] = ()) -> Mask:
        """Say which cells have the form of any kind that is not allowed, be it by chance; tax codes
        apart. Counts nothing."""
        mask: Mask = np.zeros(len(text), bool)
        if "email" not in allowed:
            mask |= _flags(personal_mail.has_address(text))
        if "passport" in self._named and "passport" not in allowed:
            mask |= _flags(_matches(text, _PASSPORT))
        if found := _numbers_in(text):
            for form in self._forms:
                if form.kind not in allowed:
                    mask[self._cells_of(form, found)] = True
        return mask

    def _cells_of(self, form: Form, found: Numbers) -> Positions:
        mine = _of(found, form, is_alone=False)
        hits = mine.where(form.check(mine))
        return hits.where(~is_tax_code(hits)).cell if self._may_be_tax_code(form) else hits.cell


def _matches(text: pa.StringArray, pattern: str) -> pa.BooleanArray:
    return pc.match_substring_regex(text, pattern).fill_null(fill_value=False)


def _flags(answer: pa.BooleanArray) -> Mask:
    flags: Mask = answer.to_numpy(zero_copy_only=False)
    return flags


def _numbers_in(text: pa.StringArray) -> Numbers | None:
    """Return the numbers of a column but for those in addresses of pages; None for none."""
    found = digits.numbers(text)
    if found is None or not len(found.cell):
        return None
    return _without_pages(text, found)


def _sizes(found: npt.NDArray[np.intp]) -> dict[int, int]:
    return {size: int(count) for size, count in enumerate(np.bincount(found)) if count}


def _without_pages(text: pa.StringArray, found: Numbers) -> Numbers:
    if len(found.digits) == len(octets(text)[0]):
        return found  # digits and nothing else
    web = pc.match_substring(text.take(pa.array(found.cell)), _WEB)
    return found.where(~_flags(web)) if pc.any(web).as_py() else found


def _of(found: Numbers, form: Form, *, is_alone: bool) -> Numbers:
    """Return the numbers of the sizes and shapes of a form; `is_alone`: all have one size."""
    is_plain = not found.shape.any()
    if is_alone and is_plain:
        return found
    fits = np.isin(found.size, form.sizes) if len(form.sizes) > 1 else found.size == form.sizes[0]
    return found.where(fits if is_plain else fits & np.isin(found.shape, (0, *form.shapes)))


def masked_number(text: str, kind: str) -> str:
    """Return a number with stars in its middle: `079*******12`."""
    first = 3 if kind == "citizen-number" else 2
    return f"{text[:first]}{'*' * (len(text) - first - 2)}{text[-2:]}"


def masked_mail(address: str) -> str:
    """Return an address with stars: `n***@g***.com`."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host[:1]}***.{host.rpartition('.')[2]}"


def masked_name(name: str) -> str:
    """Return the first letter of a name and stars."""
    return f"{name.strip()[:1]}***"
