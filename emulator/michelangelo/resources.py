"""The resources that the layer works with."""

from __future__ import annotations

from emulator.michelangelo.client import Resource

GROUP, VERSION = "michelangelo.api", "v2"
UPDATED_LABEL = "michelangelo/UpdateTimestamp"  # microseconds since the epoch
MODELS = Resource(GROUP, VERSION, "models")
MODEL_FAMILIES = Resource(GROUP, VERSION, "modelfamilys")
INFERENCE_SERVERS = Resource(GROUP, VERSION, "inferenceservers")
DEPLOYMENTS = Resource(GROUP, VERSION, "deployments")
REVISIONS = Resource(GROUP, VERSION, "revisions")
PROJECTS = Resource(GROUP, VERSION, "projects")
CLUSTERS = Resource(GROUP, VERSION, "clusters")
DEFINITIONS = Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions")
NAMESPACES = Resource("", "v1", "namespaces")
CONFIG_MAPS = Resource("", "v1", "configmaps")
SERVICES = Resource("", "v1", "services")
EVENTS = Resource("", "v1", "events")
APPS_DEPLOYMENTS = Resource("apps", "v1", "deployments")
HTTP_ROUTES = Resource("gateway.networking.k8s.io", "v1", "httproutes")
