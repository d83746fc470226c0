"""The rows that scenarios reproduce and the doctor names: the operator guide's troubleshooting table, and what is known beyond it."""

from __future__ import annotations

from dataclasses import dataclass

TABLE = "Troubleshooting"  # a section of the guide
BEYOND = "beyond the guide's table"  # symptoms of the platform's own troubleshooting pages


@dataclass(frozen=True, slots=True)
class Row:
    """A symptom as it is documented. ``section`` says where."""

    symptom: str
    cause: str
    resolution: str
    section: str = TABLE

    def as_dict(self) -> dict[str, str]:
        """For ``--json``."""
        return {
            "section": self.section,
            "symptom": self.symptom,
            "cause": self.cause,
            "resolution": self.resolution,
        }


CRD_MISSING = Row(
    'error: the server doesn\'t have a resource type "models"',
    "CRD not installed",
    "Re-run the Michelangelo CRD installation step (see Platform Setup)",
)
NONE_REGISTERED = Row(
    "kubectl get models returns No resources found but CRD is present",
    "No models registered yet, or wrong namespace",
    "Confirm a registration task has run; check the namespace",
)
RAW_URI_EMPTY = Row(
    "spec.model_artifact_uri empty after registration",
    "Controller Manager lacks S3 write permissions, or the registration task failed",
    "Check Controller Manager logs; verify IAM policy on the bucket",
)
DEPLOYABLE_URI_EMPTY = Row(
    "spec.deployable_artifact_uri empty",
    "Packaging step did not run or failed",
    "Inspect the pipeline run logs for the registration task",
)
API_GROUP = Row(
    'RBAC error reading models (User ... cannot get resource "models")',
    "Role missing the michelangelo.api API group",
    'Use apiGroups: ["michelangelo.api"] (not [""]) and apply the manifest from Step 3',
)
WAIT_READY = Row(
    "kubectl wait --for=condition=Ready hangs on a Model",
    "Model has no status conditions",
    "Don't gate on Model conditions; use spec.deployable_artifact_uri[0] non-empty as the readiness signal, "
    "or wait on a downstream InferenceServer",
)
LOWER_CASE_BACKEND = Row(
    "InferenceServer does not start serving",
    'backendType set to lowercase string "triton" instead of enum value',
    "Use backendType: BACKEND_TYPE_TRITON",
)
BUCKET_MISSING = Row(
    "Object store errors: NoSuchBucket",
    "The bucket that is configured does not exist",
    "Create the bucket, or correct the configuration, and register again",
    BEYOND,
)
WRONG_ENDPOINT = Row(
    "Object store errors: could not connect to the endpoint URL",
    "AWS_ENDPOINT_URL or the region of the task pods' configuration is wrong",
    "Correct endpoint and region in the michelangelo-config ConfigMap, and register again",
    BEYOND,
)
NOT_LOADING = Row(
    "A rollout does not complete: its model is not loaded",
    "There is no artifact at the URI that the Model names, or it cannot be read",
    "Put the package where spec.deployable_artifact_uri says, then roll out again",
    BEYOND,
)
SERVER_UNHEALTHY = Row(
    "InferenceServer does not become healthy",
    "Triton's Deployment is not available, or the backend type is none that the platform runs",
    "Look at the Deployment triton-<server> and its Pods, and give it what it lacks",
    BEYOND,
)
PERMISSIONS = Row(
    "Artifacts cannot be written, read, listed or deleted",
    "The identity lacks one of s3:PutObject, s3:GetObject, s3:DeleteObject, s3:ListBucket on the models bucket",
    "Attach the policy of step 2",
    "Step 2: Configure S3 Permissions for Model Artifacts",
)
URIS = Row(
    "A Model's artifact is not where its URI says",
    "The artifact was deleted or never written; nothing checks URIs when a Model is created",
    "Register again, or put the artifact there: these spec fields are the authoritative source for artifact location",
    "Artifact URI discovery",
)
ACCESS = Row(
    'User ... cannot get resource "models"',
    "No Role that grants reading Models is bound to the subject in the namespace",
    "Apply the Role and the RoleBinding of Step 3",
    "Step 3: Configure RBAC",
)
SPELLING = Row(
    "Fields of a manifest are refused as unknown, or a jsonpath is empty",
    "They are spelled in another dialect than the cluster's CRD spells them",
    "Spell them as `kubectl explain model.spec` does",
    "The Model Custom Resource",
)
SERVER_FIELDS = Row(
    "A field of an InferenceServer is refused as unknown",
    "InferenceServers have neither replicas nor modelVersion",
    "Use initSpec.numInstances; Deployments bring Models to servers",
    "Integrating with the Serving Layer",
)
SERVER_READY = Row(
    "kubectl wait --for=condition=Ready hangs on an InferenceServer",
    "There is no Ready condition",
    "Gate readiness on BackendProvision and ModelConfigProvision instead",
    "Integrating with the Serving Layer",
)
PORTABLE_DATES = Row(
    "date: illegal option -- d",
    "date -d is GNU coreutils only and fails on macOS / BSD",
    "Use a form that fits where the script runs, or the Python one",
    "Portable date math for retention scripts",
)
PATH_VARIABLE = Row(
    "command not found, after a step that reads an artifact URI",
    "The URI was assigned to PATH, the shell's executable search path",
    "Name the variable ARTIFACT_URI",
    "Example: GitHub Actions step",
)
ORPHANS = Row(
    "Objects are left in the bucket",
    "Model artifacts in S3 are not automatically removed when a Model resource is deleted",
    "Use S3 lifecycle policies, or a cleanup that deletes a Model's objects before the Model",
    "Retention and Cleanup",
)
