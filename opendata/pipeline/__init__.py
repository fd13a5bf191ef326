"""The path of a file through the product, in order. Reading this tuple is reading the product."""

from opendata.pipeline.decide import decide
from opendata.pipeline.detect import detect
from opendata.pipeline.fetch import fetch
from opendata.pipeline.register import register
from opendata.pipeline.tabulate import tabulate

STEPS = (fetch, detect, tabulate, decide, register)
