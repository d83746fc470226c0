"""SPDY's frames: what a client sends, in whatever parts it arrives."""

from __future__ import annotations

import struct
import zlib

import pytest

from emulator.apiserver.endpoints import spdy_frames as frames


def opened(compressor: zlib._Compress, stream: int, **headers: str) -> bytes:
    """A client's SYN_STREAM."""
    words = [word.encode() for pair in headers.items() for word in pair]
    plain = struct.pack(">I", len(headers)) + b"".join(struct.pack(">I", len(word)) + word for word in words)
    block = compressor.compress(plain) + compressor.flush(zlib.Z_SYNC_FLUSH)
    body = struct.pack(">IIBB", stream, 0, 0, 0) + block
    return struct.pack(">I", 0x80030001) + b"\0" + len(body).to_bytes(3, "big") + body


def test_the_dictionary_is_the_specifications():
    """Its checksum, which every compressed block of SPDY/3 names, is known."""
    assert (len(frames.DICTIONARY), zlib.adler32(frames.DICTIONARY)) == (1423, 0xE3C6A7C2)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_frames_arrive_in_any_parts(size):
    """Streams, data, ends, pings and leaving; headers share one compression; what is not known is passed over."""
    compressor = zlib.compressobj(zdict=frames.DICTIONARY)
    ping = struct.pack(">IBBH", 0x80030006, 0, 0, 4) + struct.pack(">I", 7)
    settings = struct.pack(">IBBH", 0x80030004, 0, 0, 4) + bytes(4)
    sent = b"".join(
        [
            settings,
            opened(compressor, 1, streamType="error"),
            opened(compressor, 3, streamType="stdin"),
            frames.data(3, b"typed"),
            frames.data(3, b"", last=True),
            ping,
            frames.go_away(),
        ]
    )
    state, seen = frames.Frames(), []
    for start in range(0, len(sent), size):
        seen += state.feed(sent[start : start + size])
    assert seen == [
        frames.Opened(1, {"streamtype": "error"}),
        frames.Opened(3, {"streamtype": "stdin"}),
        frames.Data(3, b"typed"),
        frames.Closed(3),
        frames.Pinged(ping),
        frames.GoneAway(),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack(">I", 1) + b"\0\xff\xff\xff",  # 16 MiB of data
        struct.pack(">IBBH", 0x80030001, 0, 0, 14) + bytes(10) + b"junk",
        struct.pack(">IBBH", 0x80030001, 0, 0, 2) + b"ab",
    ],
    ids=["huge", "no zlib", "short"],
)
def test_nonsense_is_an_error(sent):
    """What is no frame, or one too large to keep, ends the connection and nothing else."""
    with pytest.raises(frames.ProtocolError):
        list(frames.Frames().feed(sent))
