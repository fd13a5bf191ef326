"""What flow tests share: an instance, and a source with one list of files."""

from __future__ import annotations

import pytest

from opendata.config import Settings
from opendata.database import SessionFactory
from tests.instance import Instance
from tests.loopback import Loopback

HEADER = "dataset_id,title,title_en,publisher,licence,file_id,file_name,file_url,format,schema\n"


@pytest.fixture
def instance(settings: Settings, sessions: SessionFactory) -> Instance:
    """A fresh instance on its own database and data folder."""
    return Instance(settings, sessions)


@pytest.fixture
def listing(source_site: Loopback) -> str:
    """A list of two datasets with a file each; returns its URL."""
    source_site.put("/truong.csv", "ma,ten\n001,Trường Lê Lợi\n002,Trường Kim Đồng\n")
    source_site.put("/gia-dat.csv", "ma_tinh;gia\n01;1500\n04;700\n")
    return source_site.put(
        "/list.csv",
        HEADER
        + "truong,Danh sách trường học tỉnh Đắk Lắk,Schools of Dak Lak,Bộ Giáo dục và Đào tạo,"
        + "cc-by-4.0,t,Trường học,truong.csv,csv,\n"
        + "gia,Bảng giá đất,Land prices,Bộ Tài chính,odl-vn,g,Giá đất,gia-dat.csv,csv,\n",
    )
