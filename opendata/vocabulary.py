"""The words of the product: states, reasons, problem kinds; each with a sentence in both languages.

Code, pages, messages and exit codes use these and no others. A sentence may hold `{field}`,
`{value}`, `{row}`, filled by `Word.say`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class DatasetState(StrEnum):
    """`absent`: no longer listed upstream, in grace, still public. `withdrawn`: 410 with metadata."""

    DRAFT = "draft"
    HELD = "held"
    ACTIVE = "active"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class RunState(StrEnum):
    """`partial`: pages or records could not be read; quarantined rows do not make a run partial."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    NEEDS_CONFIRMATION = "needs-confirmation"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BuildState(StrEnum):
    """`published` and `flagged` may be live; `held` waits for a person."""

    PUBLISHED = "published"
    FLAGGED = "flagged"
    HELD = "held"
    REJECTED = "rejected"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    PRUNED = "pruned"
    PURGED = "purged"


class RecordOutcome(StrEnum):
    """What became of one record of a run."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    FAILED = "failed"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class ExitCode(IntEnum):
    """What the commands answer to the shell."""

    WELL = 0
    FAILED = 1
    PARTIAL = 2
    WAITS = 3
    USAGE = 64


PUBLIC_DATASETS = (DatasetState.ACTIVE, DatasetState.ABSENT)
LIVE_BUILDS = (BuildState.PUBLISHED, BuildState.FLAGGED)


@dataclass(frozen=True)
class Word:
    """One entry of a closed list: a code, and what it means in Vietnamese and English."""

    code: str
    vi: str
    en: str

    def say(self, language: str, **facts: object) -> str:
        """Return the sentence in `language` (`vi` or `en`) with its facts filled in."""
        sentence = self.vi if language == "vi" else self.en
        for name, value in facts.items():
            sentence = sentence.replace("{" + name + "}", str(value))
        return sentence


def _table(*words: Word) -> dict[str, Word]:
    return {word.code: word for word in words}


# fmt: off
# Why a run, a file, a hold or an absence is as it is.
REASONS: dict[str, Word] = _table(
    Word("connection", "Không kết nối được tới nguồn; kiểm tra địa chỉ và mạng.",
         "The source could not be reached; check its address and the network."),
    Word("dns", "Không tìm thấy tên máy chủ của nguồn; kiểm tra địa chỉ.",
         "The host name of the source was not found; check the address."),
    Word("tls", "Chứng thư TLS của nguồn không hợp lệ; báo cho nguồn để sửa.",
         "The TLS certificate of the source is not valid; tell the source to mend it."),
    Word("timeout", "Nguồn không trả lời kịp thời hạn.",
         "The source did not answer in time."),
    Word("too-slow", "Nguồn gửi quá chậm, quá thời hạn của cả lần tải.",
         "The source sent so slowly that the deadline of the whole transfer passed."),
    Word("truncated", "Nội dung bị cắt giữa chừng.",
         "The content was cut off before its end."),
    Word("bad-http", "Câu trả lời HTTP của nguồn không đúng chuẩn.",
         "The HTTP answer of the source is malformed."),
    Word("bad-encoding", "Nguồn nén nội dung theo cách không được chấp nhận.",
         "The source compressed its answer in a way that is not accepted."),
    Word("too-large", "Tệp lớn hơn giới hạn đã đặt.",
         "The file is larger than the limit set."),
    Word("too-many-redirects", "Nguồn chuyển hướng quá nhiều lần.",
         "The source redirected too many times."),
    Word("forbidden-address", "Địa chỉ không phải địa chỉ công cộng; nếu là nguồn nội bộ, thêm vào [http] allow_private_hosts.",
         "The address is not a public one; if the source is internal, name it in [http] allow_private_hosts."),
    Word("forbidden-scheme", "Chỉ chấp nhận địa chỉ http và https.",
         "Only http and https addresses are accepted."),
    Word("forbidden-port", "Cổng không nằm trong [http] allow_ports.",
         "The port is not one of [http] allow_ports."),
    Word("bad-url", "Địa chỉ không hợp lệ.",
         "The address is not valid."),
    Word("rate-limited", "Nguồn yêu cầu chờ lâu hơn [http] longest_wait_seconds; lần chạy sau sẽ thử lại.",
         "The source asks to wait longer than [http] longest_wait_seconds; the next run tries again."),
    Word("host-resting", "Máy chủ của nguồn vừa lỗi nhiều lần liên tiếp; phần còn lại để cho lần chạy sau.",
         "The host failed several times in a row; what is left of it waits for the next run."),
    Word("unsafe-xml", "XML có DOCTYPE hoặc thực thể ngoài, không được chấp nhận; báo cho nguồn để bỏ đi.",
         "The XML has a DOCTYPE or entities, which is not accepted; ask the source to leave it out."),
    Word("bad-rdf", "Danh mục DCAT của nguồn không đọc được; kiểm tra cú pháp RDF.",
         "The DCAT catalogue of the source cannot be read; check its RDF syntax."),
    Word("too-long", "Lần thu thập kéo dài hơn [harvest] max_run_hours.",
         "The run took longer than [harvest] max_run_hours."),
    Word("unexpected-status", "Nguồn trả lời bằng một mã trạng thái không dùng được.",
         "The source answered with a status that cannot be used."),
    Word("missing", "Nguồn báo không có gì ở địa chỉ này (404 hoặc 410); hỏi nguồn địa chỉ mới.",
         "The source says there is nothing at this address (404 or 410); ask it for the new one."),
    Word("blocked", "Nguồn từ chối truy cập (401 hoặc 403); kiểm tra quyền và khóa.",
         "The source refused access (401 or 403); check permissions and credentials."),
    Word("unexpected-type", "Nguồn gửi một trang HTML hoặc loại nội dung khác với loại đã khai báo.",
         "The source sent an HTML page or another kind of content than announced."),
    Word("source-error", "Nguồn báo lỗi trong câu trả lời của nó.",
         "The source reported an error in its answer."),
    Word("bad-json", "JSON của nguồn không đọc được.",
         "The JSON of the source cannot be read."),
    Word("bad-list", "Danh sách tệp của nguồn không đọc được.",
         "The file list of the source cannot be read."),
    Word("empty", "Nguồn trả lời nhưng không có nội dung.",
         "The source answered with nothing."),
    Word("count-mismatch", "Số bản ghi đọc được khác với số nguồn công bố.",
         "The number of records read differs from what the source announced."),
    Word("paging-broken", "Phân trang của nguồn lặp lại hoặc không dừng.",
         "The paging of the source repeats itself or does not end."),
    Word("too-many", "Nguồn có nhiều bản ghi hơn giới hạn của một lần thu thập.",
         "The source has more records than one run may take."),
    Word("bad-option", "Tùy chọn của nguồn không hợp lệ.",
         "An option of the source is not valid."),
    Word("source-shrunk", "Nguồn liệt kê ít bộ dữ liệu hơn nhiều so với trước; không thay đổi gì cho đến khi có người xác nhận.",
         "The source lists far fewer datasets than before; nothing changes until a person confirms."),
    Word("some-unread", "Một số bản ghi hoặc tệp không đọc được; xem bằng `opendata harvest show`.",
         "Some records or files could not be read; `opendata harvest show RUN` lists them."),
    Word("lost-worker", "Tiến trình thu thập đã dừng giữa chừng; lần chạy sau bắt đầu lại sạch sẽ.",
         "The harvesting process died; the next run starts clean."),
    Word("setting", "Một cài đặt của nguồn không đúng.",
         "A setting of the source is wrong."),
    Word("cancelled", "Một người đã dừng lần thu thập.",
         "A person stopped the run."),
    Word("interrupted", "Tiến trình thu thập được yêu cầu dừng; phần còn lại sẽ chạy lại.",
         "The harvesting process was asked to stop; what was left is run again."),
    Word("gone-upstream", "Nguồn không còn liệt kê bộ dữ liệu này.",
         "The source no longer lists this dataset."),
    Word("files-linked", "Chỉ siêu dữ liệu được thu thập từ nguồn này; tải tệp tại nguồn.",
         "Only metadata is harvested from this source; get the file from the source."),
    Word("internal-error", "Lỗi trong phần mềm của cổng; xem nhật ký.",
         "A fault in the catalogue itself; see the log."),
    Word("database", "Cơ sở dữ liệu không phục vụ được; kiểm tra PostgreSQL rồi chạy lại.",
         "The database could not serve; check PostgreSQL and run again."),
    Word("storage", "Không ghi được vào kho tệp; kiểm tra đĩa.",
         "The file store could not be written; check the disk."),
    Word("not-tabular", "Định dạng này không phải bảng; tệp gốc được giữ nguyên để tải về.",
         "This format is not a table; the original file is kept for download."),
    Word("format-not-read", "Định dạng này chưa được đọc thành bảng; tệp gốc được giữ nguyên để tải về.",
         "This format is not read as a table yet; the original file is kept for download."),
    Word("unknown-encoding", "Không nhận ra bảng mã của tệp.",
         "The encoding of the file was not recognised."),
    Word("unclosed-quote", "Có dấu ngoặc kép mở mà không đóng.",
         "A quotation mark is opened and never closed."),
    Word("line-too-long", "Có dòng dài hơn giới hạn.",
         "A line is longer than the limit."),
    Word("too-many-columns", "Bảng có nhiều cột hơn giới hạn.",
         "The table has more columns than the limit."),
    Word("too-many-cells", "Bảng tính có nhiều ô hơn giới hạn; tệp gốc được giữ nguyên để tải về.",
         "The spreadsheet has more cells than the limit; the original file is kept for download."),
    Word("unreadable", "Tệp hỏng hoặc không đúng định dạng đã khai báo.",
         "The file is damaged or not of the format announced."),
    Word("no-rows", "Tệp không có dòng dữ liệu nào.",
         "The file has no data rows."),
    Word("policy-hold", "Nguồn này được đặt chế độ chờ duyệt trước khi công bố.",
         "This source is set to wait for a person before publication."),
    Word("policy-flag", "Một số dòng hoặc cột không qua được kiểm tra; chi tiết ở phần “Đã kiểm tra”.",
         "Some rows or columns did not pass the checks; see below what was found."),
    Word("quarantine-over-limit", "Quá nhiều dòng không hợp lệ so với giới hạn.",
         "More rows are invalid than the limit allows."),
    Word("schema-mismatch", "Các cột của tệp không khớp với lược đồ đã công bố.",
         "The columns of the file do not match the published schema."),
    Word("contract-broken", "Cột bị mất, đổi tên hoặc đổi kiểu so với bản đã công bố.",
         "A column is gone, renamed or of another type than in what is published."),
    Word("contract-widened", "Có cột mới so với bản đã công bố.",
         "There are new columns compared with what is published."),
    Word("rows-shrunk", "Số dòng giảm nhiều so với bản đã công bố.",
         "There are far fewer rows than in what is published."),
    Word("blocked-digest", "Nội dung này đã bị một người chặn.",
         "A person has blocked this content."),
)

# What is wrong with a cell, a row or a field.
PROBLEMS: dict[str, Word] = _table(
    Word("type", "Giá trị không đúng kiểu của cột.",
         "The value is not of the column's type."),
    Word("required", "Thiếu giá trị bắt buộc.",
         "A required value is missing."),
    Word("unique", "Giá trị trùng với một dòng trước.",
         "The value repeats an earlier row."),
    Word("primary-key", "Khóa chính trùng với một dòng trước.",
         "The primary key repeats an earlier row."),
    Word("enum", "Giá trị không nằm trong danh sách cho phép.",
         "The value is not in the allowed list."),
    Word("pattern", "Giá trị không đúng mẫu quy định.",
         "The value does not match the pattern."),
    Word("minimum", "Giá trị nhỏ hơn mức tối thiểu.",
         "The value is below the minimum."),
    Word("maximum", "Giá trị lớn hơn mức tối đa.",
         "The value is above the maximum."),
    Word("min-length", "Giá trị ngắn hơn quy định.",
         "The value is shorter than allowed."),
    Word("max-length", "Giá trị dài hơn quy định.",
         "The value is longer than allowed."),
    Word("row-width", "Dòng có số ô khác với tiêu đề.",
         "The row has another number of cells than the header."),
    Word("undecodable", "Dòng có ký tự không đọc được theo bảng mã của tệp.",
         "The row holds bytes that the file's encoding cannot read."),
    Word("missing-column", "Thiếu cột có trong lược đồ.",
         "A column of the schema is missing."),
    Word("extra-column", "Có cột không có trong lược đồ.",
         "There is a column that the schema does not have."),
    Word("missing-title", "Bộ dữ liệu không có tiêu đề.",
         "The dataset has no title."),
    Word("missing-id", "Bản ghi không có mã nhận dạng.",
         "The record has no identifier."),
    Word("not-an-object", "Bản ghi không phải là một đối tượng JSON.",
         "The record is not a JSON object."),
    Word("wrong-type", "Trường có kiểu không đúng.",
         "The field is of the wrong type."),
    Word("bad-url", "Địa chỉ không phải http hoặc https.",
         "The address is not an http or https one."),
    Word("bad-date", "Ngày không hợp lệ.",
         "The date is not valid."),
    Word("duplicate-id", "Mã nhận dạng xuất hiện hai lần trong một lần thu thập; bản đầu được giữ.",
         "The identifier occurs twice in one run; the first one counts."),
    Word("too-many-files", "Bộ dữ liệu có nhiều tệp hơn giới hạn [harvest] max_files.",
         "The dataset has more files than [harvest] max_files allows."),
    Word("other-publisher", "Nguồn nêu tên cơ quan khác với cơ quan của nguồn; cơ quan của nguồn được dùng.",
         "The source names another agency than its own; the source's agency counts."),
    Word("validators-lie", "Nguồn báo tệp không đổi trong khi nội dung đã đổi; từ nay tệp luôn được tải đầy đủ.",
         "The source says a file has not changed while it has; from now on it is always fetched whole."),
    Word("refused", "Cơ sở dữ liệu không nhận bản ghi này; xem nhật ký.",
         "The database refused this record; see the log."),
    Word("unknown-licence", "Giấy phép không có trong danh mục.",
         "The licence is not in the list of licences."),
    Word("unknown-theme", "Chủ đề không có trong danh mục.",
         "The theme is not in the list of themes."),
    Word("unknown-schema", "Không có lược đồ nào mang tên này.",
         "There is no published schema of this name."),
    Word("invalid-metadata", "Siêu dữ liệu không khớp với hồ sơ siêu dữ liệu.",
         "The metadata does not fit the metadata profile."),
)
# fmt: on


def reason(code: str) -> Word:
    """Return the word of a reason; an unknown code is a fault of ours and says so."""
    return REASONS[code] if code in REASONS else REASONS["internal-error"]


def problem(code: str) -> Word:
    """Return the word of a problem kind."""
    return PROBLEMS[code]


def said(code: str, language: str) -> str:
    """Return the sentence of a problem or a reason."""
    word = PROBLEMS.get(code) or reason(code)
    return word.vi if language == "vi" else word.en
