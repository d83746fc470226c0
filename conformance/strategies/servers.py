"""InferenceServers: the guide's example, and any valid spec."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

BACKENDS = ("BACKEND_TYPE_TRITON", "BACKEND_TYPE_LLM_D", "BACKEND_TYPE_DYNAMO", "BACKEND_TYPE_TORCHSERVE")
TENANCIES = ("TENANCY_TYPE_DEDICATED", "TENANCY_TYPE_MULTI_TENANT")
TRITON = BACKENDS[0]
GUIDE_EXAMPLE: dict[str, Any] = {
    "tenancyType": "TENANCY_TYPE_DEDICATED",
    "backendType": TRITON,
    "ownerSpec": {"tier": 1},
    "initSpec": {
        "resourceSpec": {"cpu": 2, "memory": "4Gi"},
        "servingSpec": {"version": "latest"},
        "numInstances": 1,
    },
    "decomSpec": {"decommission": False},
    "owner": {"name": "ml-engineer"},
}
_int32 = st.integers(0, 2**31 - 1)
_words = st.text("abc-0\u00e9", min_size=1, max_size=12)
specs = st.fixed_dictionaries(
    {"backendType": st.sampled_from(BACKENDS[1:])},  # backends that nobody starts anything for
    optional={
        "tenancyType": st.sampled_from(TENANCIES),
        "ownerSpec": st.fixed_dictionaries({"tier": _int32}),
        "owner": st.fixed_dictionaries({"name": _words}),
        "initSpec": st.fixed_dictionaries(
            {"numInstances": _int32},
            optional={
                "resourceSpec": st.fixed_dictionaries(
                    {}, optional={"cpu": _int32, "gpu": _int32, "memory": st.sampled_from(["4Gi", "512Mi", "1.5G"])}
                ),
                "servingSpec": st.fixed_dictionaries({"version": _words}),
            },
        ),
        "decomSpec": st.fixed_dictionaries({"decommission": st.booleans()}),
    },
)
