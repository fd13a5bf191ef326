"""What the values of a column mean beyond their type; one sentence each."""

from __future__ import annotations

from opendata.vocabulary.word import Word, table


def _role(code: str, vi: str, en: str) -> Word:
    return Word(
        code,
        vi,
        en,
        "Nếu không đúng, đề nghị đổi tên cột hoặc khai báo cột trong một lược đồ.",
        "If that is wrong, rename the column or declare it in a schema.",
    )


# fmt: off
ROLES: dict[str, Word] = table(
    _role("area-code", "Mã đơn vị hành chính hoặc khu vực.", "Code of an administrative unit or an area."),
    _role("area-name", "Tên đơn vị hành chính hoặc khu vực.", "Name of an administrative unit or an area."),
    _role("period", "Kỳ mà số liệu nói tới.", "Period that the figures are about."),
    _role("latitude", "Vĩ độ, tính bằng độ.", "Latitude in degrees."),
    _role("longitude", "Kinh độ, tính bằng độ.", "Longitude in degrees."),
    _role("geopoint", "Tọa độ của một điểm: vĩ độ, kinh độ.", "Coordinates of a point: latitude, longitude."),
    _role("indicator", "Chỉ tiêu được đo.", "Indicator that is measured."),
    _role("value", "Giá trị đo được.", "Value that was measured."),
    _role("unit", "Đơn vị tính của giá trị.", "Unit of the value."),
    _role("identifier", "Mã hoặc số định danh.", "Code or number that identifies something."),
    _role("phone", "Số điện thoại.", "Telephone number."),
    _role("email", "Địa chỉ thư điện tử.", "E-mail address."),
    _role("url", "Địa chỉ trang web.", "Web address."),
    _role("address", "Địa chỉ nơi chốn.", "Address of a place."),
    _role("person-name", "Họ tên người.", "Name of a person."),
    _role("birth-date", "Ngày hoặc năm sinh.", "Date or year of birth."),
)
# fmt: on
