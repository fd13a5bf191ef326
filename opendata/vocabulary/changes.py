"""How a table differs from what was promised; one sentence each, and what to do."""

from __future__ import annotations

from opendata.vocabulary.word import Word, table

# fmt: off
CHANGES: dict[str, Word] = table(
    Word("table-gone", "Bảng này không còn trong tệp.", "This table is no longer in the file.",
         "Đề nghị giữ tên trang tính hoặc tệp thành phần như bản trước.",
         "Keep the name of the sheet or member as it was."),
    Word("table-added", "Có thêm một bảng.", "There is a new table.",
         "Đề nghị mô tả bảng mới trong siêu dữ liệu.",
         "Describe the new table in the metadata."),
    Word("column-gone", "Cột này không còn.", "This column is gone.",
         "Đề nghị giữ cột, để trống ô nếu không có số liệu.",
         "Keep the column; leave its cells empty where there is nothing."),
    Word("column-added", "Có thêm một cột.", "There is a new column.",
         "Đề nghị mô tả cột mới trong siêu dữ liệu.",
         "Describe the new column in the metadata."),
    Word("column-renamed", "Cột có vẻ đã đổi tên.", "The column seems to have been renamed.",
         "Đề nghị giữ tên cột như bản trước.",
         "Keep the name of the column as it was."),
    Word("type-widened", "Kiểu của cột đã mở rộng.", "The type of the column became wider.",
         "Không cần làm gì; người dùng nên kiểm tra kiểu cột.",
         "Nothing to do; readers may look at the type of the column."),
    Word("type-changed", "Kiểu của cột đã thay đổi.", "The type of the column changed.",
         "Đề nghị ghi giá trị theo kiểu như bản trước.",
         "Write the values in the type they had."),
)
# fmt: on
