"""What the published OpenAPI definitions do not say about Kubernetes' Go structs: pointers, omitempty, names of types.

Go's encoder leaves out an empty field that is marked omitempty, but never a struct; a pointer keeps what it was given. Keys are
definition names without their package. Source: the field tags of k8s.io/api and k8s.io/apimachinery.
"""

from __future__ import annotations

from collections.abc import Mapping

# Structs that are no pointers: written even when they are empty. Every kind's metadata, spec and status are, too.
STRUCTS: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "Container": "resources",
        "ContainerStatus": "state lastState",
        "CronJobSpec": "jobTemplate",
        "CustomResourceDefinitionCondition": "lastTransitionTime",
        "CustomResourceDefinitionStatus": "acceptedNames",
        "DaemonSetCondition": "lastTransitionTime",
        "DaemonSetSpec": "template updateStrategy",
        "DeploymentCondition": "lastUpdateTime lastTransitionTime",
        "DeploymentSpec": "template strategy",
        "Endpoint": "conditions",
        "EphemeralContainer": "resources",
        "Event": "source involvedObject regarding firstTimestamp lastTimestamp eventTime deprecatedSource "
        "deprecatedFirstTimestamp deprecatedLastTimestamp",
        "EventSeries": "lastObservedTime",
        "HorizontalPodAutoscalerCondition": "lastTransitionTime",
        "IngressServiceBackend": "port",
        "IngressStatus": "loadBalancer",
        "JobCondition": "lastProbeTime lastTransitionTime",
        "JobSpec": "template",
        "JobTemplateSpec": "metadata spec",
        "NamespaceCondition": "lastTransitionTime",
        "NetworkPolicySpec": "podSelector",
        "NodeCondition": "lastHeartbeatTime lastTransitionTime",
        "NodeDaemonEndpoints": "kubeletEndpoint",
        "NodeStatus": "daemonEndpoints nodeInfo",
        "PersistentVolumeClaimCondition": "lastProbeTime lastTransitionTime",
        "PersistentVolumeClaimSpec": "resources",
        "PersistentVolumeClaimTemplate": "metadata spec",
        "PodCondition": "lastProbeTime lastTransitionTime",
        "PodTemplate": "template",
        "PodTemplateSpec": "metadata spec",
        "ReplicaSetCondition": "lastTransitionTime",
        "ReplicaSetSpec": "template",
        "ReplicationControllerCondition": "lastTransitionTime",
        "ResourceFieldSelector": "divisor",
        "SelfSubjectReviewStatus": "userInfo",
        "ServicePort": "targetPort",
        "ServiceStatus": "loadBalancer",
        "StatefulSetCondition": "lastTransitionTime",
        "StatefulSetSpec": "template updateStrategy",
        "TokenReviewStatus": "user",
        "ContainerStateRunning": "startedAt",
        "ContainerStateTerminated": "startedAt finishedAt",
        "CertificateSigningRequestCondition": "lastUpdateTime lastTransitionTime",
        "APIServiceCondition": "lastTransitionTime",
    }.items()
}
# Fields that are optional for clients and yet always written: they have no omitempty. Where two groups have a struct of the name,
# the group is said.
ALWAYS: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "ClusterRole": "rules",
        "CustomResourceDefinitionStatus": "conditions storedVersions",
        "core.v1.Event": "reportingComponent reportingInstance",
        "EndpointSlice": "endpoints ports",
        "Role": "rules",
        "RoleRef": "apiGroup",
        "StatefulSetStatus": "availableReplicas",
        "HorizontalPodAutoscalerStatus": "currentMetrics",
    }.items()
}
# Required fields that are pointers: null when they are missing.
REQUIRED_POINTERS = frozenset(
    {
        "DaemonSetSpec.selector",
        "DeploymentSpec.selector",
        "HTTPIngressPath.pathType",
        "MutatingWebhook.sideEffects",
        "ReplicaSetSpec.selector",
        "StatefulSetSpec.selector",
        "ValidatingWebhook.sideEffects",
    }
)
# Strings behind pointers: an empty one that was given is kept.
POINTERS = frozenset(
    {
        "Container.restartPolicy",
        "EndpointPort.appProtocol",
        "EndpointPort.name",
        "EndpointPort.protocol",
        "IngressSpec.ingressClassName",
        "LeaseSpec.holderIdentity",
        "LeaseSpec.preferredHolder",
        "LeaseSpec.strategy",
        "PersistentVolumeClaimSpec.dataSource",
        "PersistentVolumeClaimSpec.storageClassName",
        "PersistentVolumeClaimSpec.volumeAttributesClassName",
        "PodSpec.preemptionPolicy",
        "PodSpec.runtimeClassName",
        "ServicePort.appProtocol",
        "ServiceSpec.loadBalancerClass",
        "HostPathVolumeSource.type",
        "JSONSchemaProps.x-kubernetes-list-type",
        "TypedLocalObjectReference.apiGroup",
        "TypedObjectReference.apiGroup",
    }
)
# Numbers and booleans that are no pointers: zero and false are left out.
PLAIN = frozenset(
    {
        "active", "authenticated", "availableReplicas", "count", "currentReplicas", "denied", "deprecated",
        "deprecatedCount", "exclusiveMaximum", "exclusiveMinimum", "failed", "failureThreshold",
        "fullyLabeledReplicas", "generation", "globalDefault", "healthCheckNodePort", "hostIPC", "hostNetwork",
        "hostPID", "hostPort", "initialDelaySeconds", "insecureSkipTLSVerify", "minReadySeconds", "nodePort",
        "nullable", "numberAvailable", "numberUnavailable", "observedGeneration", "paused", "periodSeconds",
        "preserveUnknownFields", "publishNotReadyAddresses", "readOnly", "readyReplicas", "signal", "stdin",
        "stdinOnce", "succeeded", "successThreshold", "tty", "unavailableReplicas", "uniqueItems", "unschedulable",
        "updatedNumberScheduled", "updatedReplicas", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string",
    }
)  # fmt: skip
PLAIN_FIELDS = frozenset(
    {
        "CustomResourceColumnDefinition.priority",
        "DeploymentStatus.replicas",
        "HorizontalPodAutoscalerStatus.currentReplicas",
        "Probe.timeoutSeconds",
        "ScaleSpec.replicas",
    }
)
POINTER_FIELDS = frozenset({"CSIVolumeSource.readOnly", "AzureDiskVolumeSource.readOnly", "JobStatus.ready"})
# Named types: Go's decoder says them where it expected a string.
NAMED = {
    "ConfigMapNodeConfigSource.uid": "types.UID",
    "Container.imagePullPolicy": "v1.PullPolicy",
    "Container.terminationMessagePolicy": "v1.TerminationMessagePolicy",
    "ContainerPort.protocol": "v1.Protocol",
    "DeploymentStrategy.type": "v1.DeploymentStrategyType",
    "NamespaceStatus.phase": "v1.NamespacePhase",
    "ObjectMeta.uid": "types.UID",
    "ObjectReference.uid": "types.UID",
    "OwnerReference.uid": "types.UID",
    "PersistentVolumeClaimStatus.phase": "v1.PersistentVolumeClaimPhase",
    "PodSpec.dnsPolicy": "v1.DNSPolicy",
    "PodSpec.restartPolicy": "v1.RestartPolicy",
    "PodStatus.phase": "v1.PodPhase",
    "Secret.type": "v1.SecretType",
    "ServicePort.protocol": "v1.Protocol",
    "ServiceSpec.externalTrafficPolicy": "v1.ServiceExternalTrafficPolicy",
    "ServiceSpec.internalTrafficPolicy": "v1.ServiceInternalTrafficPolicy",
    "ServiceSpec.sessionAffinity": "v1.ServiceAffinity",
    "ServiceSpec.type": "v1.ServiceType",
}
