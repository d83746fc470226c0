"""A model as users of the platform write one: a logistic regression, its weights in a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from michelangelo.lib.model_manager.interface.custom_model import Model


class ChurnModel(Model):
    """Two features in, a score out."""

    def __init__(self, weights: list[float]) -> None:
        self.weights = np.array(weights, dtype=np.float64)

    def save(self, path: str) -> None:
        """Write the weights."""
        Path(path).mkdir(parents=True, exist_ok=True)
        Path(path, "weights.json").write_text(json.dumps(self.weights.tolist()))

    @classmethod
    def load(cls, path: str) -> ChurnModel:
        """Read the weights."""
        return cls(json.loads(Path(path, "weights.json").read_text()))

    def predict(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The score."""
        score = 1 / (1 + np.exp(-(inputs["features"] @ self.weights)))
        return {"score": np.atleast_1d(score)}
