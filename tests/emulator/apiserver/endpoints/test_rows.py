"""Table rows that are encoded once are the rows that are made anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.endpoints.presentation import row
from emulator.apiserver.endpoints.rows import encoded_rows
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.schema.columns import cells, columns_of
from emulator.apiserver.storage.interface import Key, Stored

START = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = columns_of(
    {
        "additionalPrinterColumns": [
            {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
            {"name": "Seen", "type": "date", "jsonPath": ".spec.seen"},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ]
    }
)


class Store:
    """As much of a store as rows ask for."""

    def decode(self, stored: Stored, kind: Kind):
        return orjson.loads(stored.data)


def stored(**spec) -> Stored:
    meta = {"name": "a<b", "creationTimestamp": "2026-01-01T00:00:00Z"}
    obj = {"apiVersion": "e/v1", "kind": "T", "metadata": meta, "spec": spec}
    return Stored(Key("ts.e", "", "a"), codec.encode(obj), 1, 1, {}, {})


@pytest.mark.parametrize("include", ["", "Object", "None", "Metadata"])
@pytest.mark.parametrize(
    "spec",
    [{}, {"size": 5}, {"seen": "2026-01-01T00:00:00Z"}, {"seen": "not a time"}, {"seen": 5, "size": "x"}],
)
def test_rows_are_as_fresh_ones_at_any_time(include, spec):
    """Ages count on, everything else stays: at any time the row is what it would be if it were made then."""
    resource = Resource("e", "v1", "ts", "T", namespaced=True, custom=True, columns=COLUMNS)
    kind = Kind(resource, None, None, lambda obj, now: cells(COLUMNS, obj, now))
    item = stored(**spec)
    for seconds in (0, 5, 200, 86400 * 91):
        now = START + timedelta(seconds=seconds)
        [fast] = encoded_rows(Store(), kind, [item], include, "v1", now)
        assert fast == codec.encode(row(kind, orjson.loads(item.data), include, "v1", now))
