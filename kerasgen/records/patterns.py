"""The patterns of texts in records, as JSON Schema has them: Python and ECMAScript read them alike."""

from __future__ import annotations

_DEVICES = "([Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|([Cc][Oo][Mm]|[Ll][Pp][Tt])[0-9¹²³])"  # of Windows
_END = r"(?![\s\S])"  # `$` would let a line break follow

# What names a file of a folder on every system: one part of a path, which leads nowhere else and is no option of a command.
NAME = rf"^(?![.-]|.*[. ]$)(?!{_DEVICES}(\.|$))" + r'[^\u0000-\u001f\u007f/\\:*?"<>|]{1,200}' + _END
WEIGHTS = NAME.removesuffix(_END) + r"\.weights\.h5" + _END
HEXADECIMAL = "^[0-9a-f]{64}" + _END

WORDS = {
    NAME: "must be a plain file name: at most 200 characters, no folder, drive or device, no dot or dash at the start",
    WEIGHTS: "must be a plain file name that ends with .weights.h5",
    HEXADECIMAL: "must be 64 hexadecimal digits",
}
