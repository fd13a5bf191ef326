"""What looks like personal data in a table; one sentence each, and what to do."""

from __future__ import annotations

from opendata.vocabulary.word import Word, table

# fmt: off
PERSONAL: dict[str, Word] = table(
    Word("citizen-number", "Có số giống số định danh cá nhân (căn cước công dân).", "There are numbers that look like citizen identification numbers.",
         "Đề nghị bỏ cột hoặc thay bằng mã không truy ngược được tới từng người.",
         "Leave the column out, or put codes in its place that lead back to nobody."),
    Word("old-id-card", "Có số giống số chứng minh nhân dân.", "There are numbers that look like those of old identity cards.",
         "Đề nghị bỏ cột hoặc thay bằng mã không truy ngược được tới từng người.",
         "Leave the column out, or put codes in its place that lead back to nobody."),
    Word("passport", "Có số giống số hộ chiếu.", "There are numbers that look like passport numbers.",
         "Đề nghị bỏ cột số hộ chiếu.",
         "Leave the numbers of passports out."),
    Word("social-insurance", "Có số giống mã số bảo hiểm xã hội hoặc y tế.", "There are numbers that look like social or health insurance numbers.",
         "Đề nghị bỏ cột mã số bảo hiểm.",
         "Leave the insurance numbers out."),
    Word("bank-card", "Có số giống số thẻ ngân hàng.", "There are numbers that look like those of bank cards.",
         "Đề nghị bỏ số thẻ; báo ngân hàng nếu số thẻ đã bị lộ.",
         "Leave the card numbers out; tell the bank where they have been public."),
    Word("phone", "Có số giống số điện thoại của cá nhân.", "There are numbers that look like telephone numbers of persons.",
         "Đề nghị bỏ số điện thoại; nếu là số liên hệ công khai của tổ chức, ghi vn:personal trong lược đồ.",
         "Leave the telephone numbers out; if they are public ones of organisations, say so in the schema (vn:personal)."),
    Word("email", "Có địa chỉ thư điện tử giống của cá nhân.", "There are e-mail addresses that look like those of persons.",
         "Đề nghị bỏ địa chỉ; nếu là địa chỉ công khai của tổ chức, ghi vn:personal trong lược đồ.",
         "Leave the addresses out; if they are public ones of organisations, say so in the schema (vn:personal)."),
    Word("name-and-birth", "Có họ tên đi cùng ngày sinh.", "There are names of persons with their dates of birth.",
         "Đề nghị bỏ họ tên, hoặc thay ngày sinh bằng năm sinh hay nhóm tuổi.",
         "Leave the names out, or give a year of birth or an age group in place of the date."),
    Word("name-and-address", "Có họ tên đi cùng địa chỉ nơi ở.", "There are names of persons with their home addresses.",
         "Đề nghị bỏ họ tên, hoặc chỉ ghi đến cấp xã.",
         "Leave the names out, or give no more of the address than the commune."),
)
# fmt: on
