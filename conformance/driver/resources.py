"""The resources that the checks speak of, and their paths."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

GROUP = "michelangelo.api"


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind and where it is served."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """As manifests spell it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def kubectl(self) -> str:
        """As kubectl accepts it without ambiguity."""
        return f"{self.plural}.{self.version}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path of an object, or of the list of a namespace or of all."""
        parts = ["/apis", self.group, self.version] if self.group else ["/api", self.version]
        if namespace and self.namespaced:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        parts += [quote(part, safe="") for part in (name, subresource) if part]
        return "/".join(parts)

    def object(self, name: str, namespace: str = "", **content: object) -> dict[str, object]:
        """A minimal object of the kind."""
        metadata = {"name": name, **({"namespace": namespace} if namespace and self.namespaced else {})}
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata, **content}


MODELS = Resource(GROUP, "v2", "models", "Model")
MODEL_FAMILIES = Resource(GROUP, "v2", "modelfamilys", "ModelFamily")
SERVERS = Resource(GROUP, "v2", "inferenceservers", "InferenceServer")
DEPLOYMENTS = Resource(GROUP, "v2", "deployments", "Deployment")
PROJECTS = Resource(GROUP, "v2", "projects", "Project")
NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
CONFIGMAPS = Resource("", "v1", "configmaps", "ConfigMap")
SERVICES = Resource("", "v1", "services", "Service")
WORKLOADS = Resource("apps", "v1", "deployments", "Deployment")
SECRETS = Resource("", "v1", "secrets", "Secret")
SERVICEACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount")
EVENTS = Resource("", "v1", "events", "Event")
ROLES = Resource("rbac.authorization.k8s.io", "v1", "roles", "Role")
ROLEBINDINGS = Resource("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
CLUSTERROLES = Resource("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", namespaced=False)
CLUSTERROLEBINDINGS = Resource(
    "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False
)
CRDS = Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", namespaced=False)
ACCESS_REVIEWS = Resource("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", namespaced=False)
SELF_ACCESS_REVIEWS = Resource(
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced=False
)
