"""Many processes start one harvest at the same moment, round after round. Run by test_worker.py.

Each process writes a line for each round: how it fared. A round begins with a line on standard
input.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.synchronize import Barrier

from opendata import config, database
from opendata.errors import AlreadyRunning
from tests.instance import Instance

name, processes, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def compete(barrier: Barrier) -> None:
    """Try to harvest once a round."""
    settings = config.load(None)
    instance = Instance(settings, database.sessions(database.open_engine(settings)))
    for _ in range(rounds):
        barrier.wait(60)
        try:
            said = instance.harvest(name).state
        except AlreadyRunning:
            said = "already-running"
        os.write(1, f"{said}\n".encode())


fork = multiprocessing.get_context("fork")
start = fork.Barrier(processes + 1)
children = [fork.Process(target=compete, args=(start,)) for _ in range(processes)]
for child in children:
    child.start()
for _ in range(rounds):
    if sys.stdin.readline():
        start.wait(60)
for child in children:
    child.join()
