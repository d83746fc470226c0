"""An emulated Triton: which models each InferenceServer has loaded, from the artifacts that are really in the store."""
