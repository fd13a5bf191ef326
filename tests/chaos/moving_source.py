"""A source that is never the same twice: datasets come, go and change, by a seed."""

from __future__ import annotations

import random

from tests.flows.conftest import HEADER
from tests.loopback import Loopback

_ALWAYS = 6
_SOMETIMES = 4


class MovingSource:
    """Lists ten datasets at most; each has a file whose rows tell the round they are of."""

    def __init__(self, site: Loopback, seed: int) -> None:
        self._site = site
        self._chance = random.Random(seed)
        self.files: dict[str, bytes] = {}
        self.url = self.move(0)

    def move(self, round_: int) -> str:
        """Change some of it; return the address of the list."""
        for number in range(_ALWAYS + _SOMETIMES):
            name = f"d{number}"
            if number >= _ALWAYS and self._chance.random() < 0.3:
                self.files.pop(name, None)
            elif name not in self.files or self._chance.random() < 0.5:
                self.files[name] = self._rows(number, round_)
                self._site.put(f"/{name}.csv", self.files[name])
                self._site.name(f"/{name}.csv", etag=f'"{name}-{round_}"')
        return self._site.put("/list.csv", HEADER + "".join(map(self._line, sorted(self.files))))

    def _line(self, name: str) -> str:
        title = f"Bộ dữ liệu {name} bản {self._chance.randrange(3)}"
        return f"{name},{title},,Bộ Tài chính,cc-by-4.0,f,Tệp,{name}.csv,csv,\n"

    def _rows(self, number: int, round_: int) -> bytes:
        rows = (f"{row:03},{number},{round_}\n" for row in range(20 + number))
        return ("ma,so,luot\n" + "".join(rows)).encode()
