"""Records: reading, refusing by the path of the key, and writing."""

from typing import Literal

import numpy as np
import pytest

from kerasgen.records import Positive, Record, convert, read_record, to_dict, write_record


class Part(Record, frozen=True):
    """A part."""

    size: Positive = 1
    kind: Literal["a", "b"] = "a"


class Whole(Record, frozen=True):
    """What has parts."""

    name: str
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    weights: dict[str, float] = {}


@pytest.mark.parametrize(
    "value, message",
    [
        ({}, "name: required key. Received: none"),
        ({"name": 3}, "name: must be str. Received: 3"),
        ({"name": "x", "part": {"sise": 1}}, 'part.sise: unknown key. Did you mean "size"[?] Received: 1'),
        ({"name": "x", "part": {"zzz": 1}}, "part.zzz: unknown key. Known: size, kind. Received: 1"),
        ({"name": "x", "parts": [{}, {"size": 0}]}, r"parts\[1\].size: must be int >= 1. Received: 0"),
        ({"name": "x", "parts": [{"Kind": "a"}]}, r'parts\[0\].Kind: unknown key. Did you mean "kind"'),
        ({"name": "x", "part": {"kind": "c"}}, 'part.kind: must be one of "a", "b". Received: "c"'),
        ({"name": "x", "weights": {"r0": 1, "r1": "much"}}, 'weights.r1: must be float. Received: "much"'),
        ({"name": "x", "weights": {3: 1.0}}, "weights: each key must be str. Received"),
        ({"name": "x", "weights": {"r1": float("nan")}}, "weights.r1: must be a finite number. Received: nan"),
        ({"name": "x", "parts": [{}, {"size": float("-inf")}]}, r"parts\[1\].size: must be a finite number. Received: -inf"),
        ({"name": "x", "part": 3}, "part: must be object or null. Received: 3"),
    ],
)
def test_refusals_name_the_key_the_rule_and_what_was_received(value, message):
    with pytest.raises(ValueError, match=message):
        convert(value, Whole)


def test_long_values_are_shortened():
    with pytest.raises(ValueError) as error:
        convert({"name": ["x" * 1000]}, Whole)
    assert len(str(error.value)) < 200


def test_written_and_read(tmp_path):
    whole = Whole(name="ä", parts=(Part(size=2), Part(kind="b")))
    assert to_dict(whole) == {"name": "ä", "parts": [{"size": 2}, {"kind": "b"}]}
    write_record(tmp_path / "whole.json", whole, schema="whole.schema.json")
    assert '"$schema": "whole.schema.json"' in (tmp_path / "whole.json").read_text("utf-8")
    assert read_record(tmp_path / "whole.json", Whole, "whole") == whole


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b"3", b'{"a":' * 5000])
def test_files_that_are_no_records(content, tmp_path):
    (tmp_path / "bad.json").write_bytes(content)
    with pytest.raises(ValueError, match="A whole must be a (readable )?JSON.* Received: .*bad.json"):
        read_record(tmp_path / "bad.json", Whole, "whole")


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="A whole must exist. Received"):
        read_record(tmp_path / "none.json", Whole, "whole")


def test_a_byte_order_mark_is_read_over(tmp_path):
    (tmp_path / "whole.json").write_bytes(b'\xef\xbb\xbf{"name": "x"}')
    assert read_record(tmp_path / "whole.json", Whole, "whole") == Whole(name="x")


class Open(Record, frozen=True):
    """What holds anything."""

    metrics: dict[str, object] = {}


def test_what_json_lacks_is_not_written(tmp_path):
    assert to_dict(Open(metrics={"a": np.float32(0.5), "b": np.arange(2)})) == {"metrics": {"a": 0.5, "b": [0, 1]}}
    for value, message in (
        (float("nan"), "metrics.fid.1.: must be a finite number. Received: nan"),
        (object(), "must hold numbers"),
    ):
        with pytest.raises(ValueError, match=message):
            write_record(tmp_path / "open.json", Open(metrics={"fid": [1.0, value]}))
    assert list(tmp_path.iterdir()) == []
