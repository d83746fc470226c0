"""What a correct system may answer: pure functions, shared by stateful checks and oracles."""
