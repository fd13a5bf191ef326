"""A developer's first line: pandas opens a download address and sees the right types."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pandas as pd
import pytest
from werkzeug.serving import make_server

from opendata.app import create_app
from tests.instance import Instance


@pytest.fixture
def site(instance: Instance, listing: str) -> Iterator[str]:
    """Address of a served catalogue with two harvested datasets."""
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    app = create_app(
        instance.settings,
        sessions=instance.sessions,
        store=instance.store,
        index=instance.index,
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_pandas_reads_parquet_with_its_types(instance: Instance, site: str) -> None:
    prices = pd.read_parquet(site + instance.address("Bảng giá đất", "parquet"))
    assert prices.dtypes.astype(str).to_dict() == {"ma_tinh": "str", "gia": "int64"}
    assert prices["ma_tinh"].tolist() == ["01", "04"]


def test_pandas_reads_csv(instance: Instance, site: str) -> None:
    address = site + instance.address("Bảng giá đất", "csv")
    assert pd.read_csv(address, dtype={"ma_tinh": str})["ma_tinh"].tolist() == ["01", "04"]
