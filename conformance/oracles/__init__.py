"""History and model to findings: pure, no network, no clock."""
