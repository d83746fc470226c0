"""What a correct control plane may answer; pure."""
