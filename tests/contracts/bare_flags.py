"""Command lines as strict as Kubernetes' own: what is no flag of theirs ends the program, as it ends the real one."""

from __future__ import annotations

import sys

# Of kube-apiserver 1.36 (kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver), those that could be of use to us.
_APISERVER = """advertise-address allow-privileged anonymous-auth api-audiences apiserver-count audit-log-path audit-policy-file
    authentication-config authentication-token-webhook-config-file authorization-config authorization-mode bind-address cert-dir
    client-ca-file cors-allowed-origins default-watch-cache-size delete-collection-workers disable-admission-plugins
    enable-admission-plugins enable-aggregator-routing enable-bootstrap-token-auth enable-garbage-collector
    enable-priority-and-fairness encryption-provider-config endpoint-reconciler-type etcd-cafile etcd-certfile
    etcd-compaction-interval etcd-keyfile etcd-prefix etcd-servers event-ttl external-hostname feature-gates help
    kubelet-client-certificate kubelet-client-key max-mutating-requests-inflight max-requests-inflight min-request-timeout
    permit-port-sharing profiling proxy-client-cert-file proxy-client-key-file request-timeout requestheader-client-ca-file
    runtime-config secure-port service-account-extend-token-expiration service-account-issuer service-account-jwks-uri
    service-account-key-file service-account-lookup service-account-max-token-expiration service-account-signing-key-file
    service-cluster-ip-range service-node-port-range shutdown-delay-duration storage-media-type tls-cert-file tls-private-key-file
    token-auth-file v version watch-cache"""
_ETCD = """advertise-client-urls auto-compaction-retention data-dir help initial-advertise-peer-urls initial-cluster
    initial-cluster-state listen-client-urls listen-metrics-urls listen-peer-urls log-level name quota-backend-bytes snapshot-count
    unsafe-no-fsync version"""
_MANAGER = """allocate-node-cidrs authentication-kubeconfig authorization-kubeconfig bind-address client-ca-file cluster-cidr
    cluster-name cluster-signing-cert-file cluster-signing-duration cluster-signing-key-file concurrent-gc-syncs
    concurrent-namespace-syncs controllers enable-garbage-collector feature-gates help kubeconfig leader-elect root-ca-file
    secure-port service-account-private-key-file service-cluster-ip-range use-service-account-credentials v version"""
CONTROLLERS = frozenset(
    """namespace-controller garbage-collector-controller serviceaccount-controller serviceaccount-token-controller
    root-ca-certificate-publisher-controller clusterrole-aggregation-controller certificatesigningrequest-signing-controller
    certificatesigningrequest-approving-controller""".split()  # noqa: SIM905 - as documentation lists them
)
MANAGER = frozenset(_MANAGER.split())
APISERVER, ETCD = frozenset(_APISERVER.split()), frozenset(_ETCD.split())


def parse(program: str, known: frozenset[str]) -> dict[str, str]:
    """The flags that we were given; ends the process for others."""
    given = {}
    for word in sys.argv[1:]:
        name, _, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or name not in known:
            sys.exit(f"Error: unknown flag: {word.partition('=')[0]}")
        given[name] = value
    if "help" in given:
        print(f"Usage:\n  {program} [flags]\n" + "\n".join(f"      --{name}" for name in sorted(known)))
        sys.exit(0)
    return given
