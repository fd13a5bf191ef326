"""How numbers that belong to a person are built: each form with its check, over many at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

import numpy as np
import numpy.typing as npt

from opendata.pipeline.table.digits import Numbers, shape_of

Mask = npt.NDArray[np.bool_]


class Need(Enum):
    """What must be so, beside the form of the number, before it counts."""

    SHARE = "at least half of the numbers of this size in the column are so"
    PERSONS = "as SHARE, in a table that names persons"
    HEADER = "the header names the kind"
    HEADER_AND_MOST = "the header names the kind, and four of five cells are so"
    MOST = "twenty cells and four of five are so"


@dataclass(frozen=True)
class Form:
    """One way to write one kind of number: how many digits, in which groups where they are apart,
    and a check that says of many numbers at once which ones are so."""

    kind: str
    sizes: tuple[int, ...]
    check: Callable[[Numbers], Mask]
    need: Need
    shapes: tuple[int, ...] = ()


def _shapes(text: str) -> tuple[int, ...]:
    return tuple(shape_of(groups) for groups in text.split())


def _chosen(size: int, values: list[int]) -> Mask:
    found = np.zeros(size, bool)
    found[values] = True
    return found


# The 63 provinces that numbers were given for, before and after they were joined in 2025.
_PROVINCES = _chosen(
    1_000,
    [
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36,
        37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74,
        75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
    ],
)  # fmt: skip
_OLDEST = 1910
# Without the leading zero.
_MOBILE = _chosen(
    1_000,
    [
        *range(32, 40), 52, 55, 56, 58, 59, 70, *range(76, 80), *range(81, 90), *range(90, 95),
        *range(96, 100),
    ],
)  # fmt: skip
# First four digits of Visa, Mastercard, American Express, Diners, JCB, UnionPay, Discover, NAPAS.
_CARDS = _chosen(
    10_000,
    [
        *range(4_000, 5_000), *range(5_100, 5_600), *range(2_221, 2_721), *range(3_400, 3_500),
        *range(3_700, 3_800), *range(3_600, 3_700), *range(3_800, 3_900), *range(3_000, 3_060),
        *range(3_528, 3_590), *range(6_200, 6_300), 6_011, *range(6_500, 6_600), 9_704,
    ],
)  # fmt: skip
_CARD_SIZES = {3: (14, 15, 16), 4: (13, 16, 19), 9: (16, 19)}
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def _citizen(found: Numbers) -> Mask:
    """Province, century and sex, two digits of the year of birth, six more."""
    return _is_citizen(found.prefix(3), found.prefix(1, 3), found.prefix(2, 4))


def _citizen_without_zero(found: Numbers) -> Mask:
    return _is_citizen(found.prefix(2), found.prefix(1, 2), found.prefix(2, 3))


def _is_citizen(
    province: npt.NDArray[np.intp], sex: npt.NDArray[np.intp], year: npt.NDArray[np.intp]
) -> Mask:
    born = 1900 + 100 * (sex // 2) + year
    known: Mask = _PROVINCES[province]
    fits: Mask = known & (sex <= 3) & (born >= _OLDEST) & (born <= datetime.now(UTC).year)
    return fits


def _mobile(found: Numbers) -> Mask:
    mobile: Mask = _MOBILE[found.prefix(3)]  # below 100: the first one is a zero
    return mobile


def _mobile_abroad(found: Numbers) -> Mask:
    mobile: Mask = _MOBILE[found.prefix(2, 2)]
    abroad: Mask = (found.prefix(2) == 84) & mobile
    return abroad


def _mobile_without_zero(found: Numbers) -> Mask:
    mobile: Mask = _MOBILE[found.prefix(2)]
    return mobile


def _landline(found: Numbers) -> Mask:
    area: Mask = (found.prefix(2) == 2) & (found.prefix(1, 2) > 0)
    return area


def _card(found: Numbers) -> Mask:
    known: Mask = _CARDS[found.prefix(4)].copy()
    first = found.prefix(1)
    for digit in (2, 3, 4, 5, 6, 9):
        sizes = _CARD_SIZES.get(digit, (16, 17, 18, 19) if digit == 6 else (16,))
        known &= (first != digit) | np.isin(found.size, sizes)
    known[known] = _luhn(found.where(known))
    return known


def _luhn(found: Numbers) -> Mask:
    total = np.zeros(len(found.cell), np.intp)
    for place in range(int(found.size.max(initial=0))):
        counts = place < found.size
        last = found.start + found.size - 1
        digit = found.digits[np.where(counts, last - place, 0)].astype(np.intp)
        doubled = digit * 2 - 9 * (digit > 4) if place % 2 else digit
        total += np.where(counts, doubled, 0)
    check: Mask = np.equal(total % 10, 0)
    return check


def is_tax_code(found: Numbers) -> Mask:
    """Say which numbers of ten digits bear the check digit of an enterprise's tax code."""
    total = np.zeros(len(found.cell), np.intp)
    for place, weight in enumerate(_TAX_WEIGHTS):
        total += weight * found.prefix(1, place)
    check: Mask = np.equal(10 - total % 11, found.prefix(1, 9))
    return check


def _every(found: Numbers) -> Mask:
    return np.ones(len(found.cell), bool)


FORMS = (
    Form("citizen-number", (12,), _citizen, Need.SHARE, _shapes("3333 336 39 66 444 3126")),
    Form("citizen-number", (11,), _citizen_without_zero, Need.MOST),
    Form("citizen-number", (11,), _citizen_without_zero, Need.HEADER_AND_MOST),
    Form("old-id-card", (9,), _every, Need.HEADER, _shapes("333")),
    Form("social-insurance", (10,), _every, Need.HEADER),
    Form("bank-card", tuple(range(13, 20)), _card, Need.SHARE, _shapes("4444 44443 465 464")),
    Form(
        "phone",
        (10,),
        _mobile,
        Need.SHARE,
        _shapes("433 334 343 46 37 64 73 55 442 4222 3322 3232 3223 22222"),
    ),
    Form(
        "phone", (11,), _mobile_abroad, Need.SHARE, _shapes("2333 29 236 263 2324 2342 22322 2245")
    ),
    Form("phone", (11,), _landline, Need.PERSONS, _shapes("344 38 47 434 443 3422 4322 335 353")),
    Form("phone", (9,), _mobile_without_zero, Need.HEADER_AND_MOST),
)
