"""The sections of the operator guide "Model Registry Integration", in its order."""

from __future__ import annotations

SECTIONS = (
    "Model Registry Integration",
    "How the Model Registry Works",
    "Prerequisites",
    "Step 1: Verify the Model CRD Is Installed",
    "Step 2: Configure S3 Permissions for Model Artifacts",
    "Artifact URI discovery",
    "Step 3: Configure RBAC",
    "Verification",
    "The Model Custom Resource",
    "Querying the Registry",
    "kubectl",
    "ma CLI",
    "Integrating with the Serving Layer",
    "CI/CD Pipeline Integration",
    "Example: GitHub Actions step",
    "Portable date math for retention scripts",
    "Retention and Cleanup",
    "Troubleshooting",
    "What's Next",
)
IMPLIED = "relied on, not spelled out"  # what the guide's commands need of any Kubernetes API server
