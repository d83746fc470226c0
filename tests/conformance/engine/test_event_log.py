from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.engine.events import FORMAT, EventLog, LogError, load


def written(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.add("run", format=FORMAT, target="t")
    log.add("case", check="c", case={"b": [1, "ü"], "a": 0.5})
    log.add("result", check="c", verdicts={})
    log.add("end", verdict="pass")
    log.close()
    return path


def test_reads_what_it_wrote(tmp_path: Path) -> None:
    """A whole log reads back, keys in order, with the digest of its last line."""
    path = written(tmp_path)
    events, head = load(path)
    assert [event["event"] for event in events] == ["run", "case", "result", "end"]
    assert list(events[1]["case"]) == ["b", "a"]
    assert len(head) == 64


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_edited_line_is_noticed(tmp_path: Path, number: int) -> None:
    """Changing any line but the last breaks the chain at the line after it."""
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number] = lines[number].replace(b'"check":"c"', b'"check":"d"').replace(b'"target":"t"', b'"target":"u"')
    path.write_bytes(b"".join(lines))
    with pytest.raises(LogError, match=f"line {number + 2} does not follow line {number + 1}"):
        load(path)


def test_a_cut_log_is_noticed(tmp_path: Path) -> None:
    """A log without its end is no log, and a log without a middle line neither."""
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(LogError, match="cut short"):
        load(path)
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    with pytest.raises(LogError, match="missing, doubled or moved"):
        load(path)
    path.write_bytes(b"".join(lines)[:-10])
    with pytest.raises(LogError, match="cut short or edited"):
        load(path)


def test_a_reformatted_line_is_noticed(tmp_path: Path) -> None:
    """The same JSON with other blanks is not the line that was written."""
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[-1] = json.dumps(json.loads(lines[-1])).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(LogError, match="canonically"):
        load(path)
