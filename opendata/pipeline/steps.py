"""The path of a file through the product, in order. Reading this tuple is reading the product."""

from __future__ import annotations

from opendata.pipeline import decide, detect, fetch, register, tabulate

STEPS = (fetch.fetch, detect.detect, tabulate.tabulate, decide.decide, register.register)
