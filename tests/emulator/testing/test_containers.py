"""The containers: what they ask of an engine, told without one; and, where there is one, that they start."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import docker
import pytest
import yaml
from testcontainers.core import container as core
from testcontainers.core.docker_client import ConnectionMode
from testcontainers.core.wait_strategies import ExecWaitStrategy, HealthcheckWaitStrategy, HttpWaitStrategy

from emulator.arguments import parser
from emulator.testing import images
from emulator.testing.containers import K3sContainer, MichelangeloContainer, ObjectStoreContainer

PORTS = {"16443": 30001, "19091": 30002, "15566": 30003, "9000": 30004, "6443": 30005}
KUBECONFIG = "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:16443', certificate-authority-data: eA==}}]\n"


class Engine:
    """Notes what it is asked to create, and answers for a container that runs."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.created: dict[str, Any] = {}
        self.printed: dict[str, str] = {}
        self.client = SimpleNamespace(close=lambda: None)

    def create(self, image: str, **options: Any) -> Any:
        self.created = {"image": image, **options}
        return SimpleNamespace(
            id="0", short_id="0", status="running", reload=lambda: None, remove=lambda **_: None, exec_run=self._exec
        )

    def start(self, container: Any) -> None:
        """Nothing runs."""

    def _exec(self, cmd: list[str], **_: Any) -> tuple[int, bytes]:
        said = self.printed.get(" ".join(cmd))
        return core.ExecResult(*((127, b"no such command") if said is None else (0, said.encode())))

    def get_connection_mode(self) -> ConnectionMode:
        return ConnectionMode.docker_host

    def host(self) -> str:
        return "docker.test"

    def port(self, container: str, port: int) -> int:
        return PORTS[str(port)]


@pytest.fixture(autouse=True)
def _engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("docker") is None:
        monkeypatch.setattr(core, "DockerClient", Engine)
        monkeypatch.setattr(core.c, "ryuk_disabled", True)


def started(container: Any) -> Engine:
    """What the engine was asked for; readiness is not waited for, as nothing runs."""
    container._wait_strategy = None
    container.start()
    engine: Engine = container.get_docker_client()
    return engine


def test_the_plane_is_asked_for_as_compose_does() -> None:
    """Our image, unwritable, with a command that our own parser takes, its three doors, and its health waited for."""
    container = MichelangeloContainer(dialect="upstream", flags=["--rpc-auth"])
    assert isinstance(container._wait_strategy, HealthcheckWaitStrategy)
    asked = started(container).created
    assert asked["image"] == "michelangelo-emulator:0.1.0"
    options = parser().parse_args(asked["command"])
    assert (options.command, options.host, str(options.folder)) == ("up", "0.0.0.0", "/state")
    assert (options.dialect, options.rpc_auth) == ("upstream", True)
    assert sorted(asked["ports"]) == ["15566", "16443", "19091"]
    assert (asked["read_only"], asked["cap_drop"], asked["tmpfs"]) == (True, ["ALL"], {"/tmp": ""})


def test_doors_are_told_as_this_machine_reaches_them(tmp_path) -> None:
    """Addresses are the mapped ones; the certificate is checked against the name that it is for."""
    container = MichelangeloContainer()
    engine = started(container)
    inside = {
        "KUBECONFIG": "/state/kubeconfig",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:19091",
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
        "MODELS_BUCKET": "b",
        "MA_DIALECT": "guide",
        "MA_ARTIFACT_LAYOUT": "{name}",
        "MACTL_ADDRESS": "127.0.0.1:15566",
    }
    engine.printed = {"cat /state/kubeconfig": KUBECONFIG, "ma-emulator env --format json": json.dumps(inside)}
    variables = container.environment(tmp_path)
    assert variables["AWS_ENDPOINT_URL"] == "http://docker.test:30002"
    assert variables["MACTL_ADDRESS"] == variables["MA_API_SERVER"] == "docker.test:30003"
    assert variables["AWS_SECRET_ACCESS_KEY"] == "s"
    [entry] = yaml.safe_load((tmp_path / "kubeconfig").read_text())["clusters"]
    assert variables["KUBECONFIG"] == str(tmp_path / "kubeconfig")
    assert entry["cluster"]["server"] == variables["MA_KUBE_SERVER"] == "https://docker.test:30001"
    assert entry["cluster"]["tls-server-name"] == "127.0.0.1"
    del engine.printed["cat /state/kubeconfig"]
    with pytest.raises(OSError, match="no such command"):
        container.kubeconfig()


@pytest.mark.parametrize(
    ("store", "keys", "path"),
    [
        (images.SEAWEEDFS, {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "secret"}, "/healthz"),
        (images.RUSTFS, {"RUSTFS_ACCESS_KEY": "me", "RUSTFS_SECRET_KEY": "secret"}, "/health"),
        (images.MINIO, {"MINIO_ROOT_USER": "me", "MINIO_ROOT_PASSWORD": "secret"}, "/minio/health/live"),
    ],
    ids=["seaweedfs", "rustfs", "minio"],
)
def test_each_store_learns_its_keys_in_its_own_words(store: images.StoreImage, keys: dict[str, str], path: str) -> None:
    container = ObjectStoreContainer(store, key_id="me", secret="secret")
    wait = container._wait_strategy
    assert isinstance(wait, HttpWaitStrategy)
    assert (wait._port, wait._path) == (9000, path)
    asked = started(container).created
    assert (asked["image"], asked["command"], asked["environment"]) == (store.image, store.command, keys)
    assert list(asked["ports"]) == ["9000"]
    assert container.environment() == {
        "AWS_ENDPOINT_URL": "http://docker.test:30004",
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def test_a_plane_on_a_store(tmp_path) -> None:
    """The plane enters the store by its name on their network, with its keys; clients on this machine by the mapped port."""
    network: Any = SimpleNamespace(name="n")
    store = ObjectStoreContainer(key_id="me", secret="secret")
    plane = MichelangeloContainer(store=store, network=network)
    asked = started(plane).created
    assert parser().parse_args(asked["command"]).object_store == "http://store:9000"
    assert asked["environment"] == {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "secret"}
    of_store = started(store).created
    assert asked["network"] == of_store["network"] == "n"
    assert of_store["networking_config"]["n"]["Aliases"] == ["store"]


@pytest.mark.parametrize(
    ("words", "said"),
    [({"dialect": "klingon"}, "guide, upstream"), ({"network": SimpleNamespace(name="n")}, "give both")],
)
def test_bad_words_are_refused(words: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        MichelangeloContainer(**words)


@pytest.mark.parametrize("workloads", [False, True])
def test_k3s_is_pinned_and_waited_for_with_credentials(workloads: bool) -> None:
    """Not by a line in a log, and not by an answer that it gives to anybody."""
    container = K3sContainer(workloads=workloads)
    wait = container._wait_strategy
    assert isinstance(wait, ExecWaitStrategy)
    assert wait._command == ["kubectl", "get", "--raw", "/readyz"]
    engine = started(container)
    asked = engine.created
    assert asked["image"] == images.K3S
    assert ("--disable-agent" in asked["command"]) is not workloads
    assert (asked["privileged"], asked["tmpfs"]) == (True, {"/run": "", "/var/run": ""})
    engine.printed = {"cat /etc/rancher/k3s/k3s.yaml": KUBECONFIG}
    [entry] = yaml.safe_load(container.kubeconfig())["clusters"]
    assert entry["cluster"]["server"] == "https://docker.test:30005"
    assert entry["cluster"]["tls-server-name"] == "localhost"


@pytest.mark.parametrize("image", [images.K3S, images.SEAWEEDFS.image, images.RUSTFS.image, images.MINIO.image])
def test_somebody_elses_images_have_a_digest(image: str) -> None:
    name, _, digest = image.partition("@sha256:")
    assert ":" in name and len(digest) == 64


def test_what_is_missing_is_said() -> None:
    """Without the extra, the import says which one."""
    script = "import sys; sys.modules['testcontainers'] = None; import emulator.testing.containers"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert "pip install 'michelangelo-emulator[containers]'" in done.stderr.splitlines()[-1]


def no_engine() -> str:
    """Why a container cannot be started here; nothing where it can."""
    try:
        client = docker.from_env()
    except docker.errors.DockerException as error:
        return f"no container engine answers: {error}"
    client.close()
    return ""


@pytest.fixture
def engine() -> None:
    """A container engine."""
    if reason := no_engine():
        pytest.skip(reason)


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_a_plane_starts_in_a_container(tmp_path) -> None:
    """kubectl of this machine speaks to the plane in the container (`docker compose build` makes its image)."""
    with MichelangeloContainer() as plane:
        words = ["kubectl", "get", "crd", "models.michelangelo.api", "-o", "name"]
        done = subprocess.run(words, env=plane.environment(tmp_path), capture_output=True, text=True, timeout=60)
        assert done.stdout.endswith("/models.michelangelo.api\n"), done.stderr


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("store", [images.SEAWEEDFS, images.RUSTFS, images.MINIO], ids=["seaweedfs", "rustfs", "minio"])
def test_a_store_starts_in_a_container(store: images.StoreImage) -> None:
    """Who has its keys may make a bucket."""
    import boto3

    with ObjectStoreContainer(store) as container:
        keys = container.environment()
        s3 = boto3.client(
            "s3",
            endpoint_url=container.url,
            region_name="us-east-1",
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        )
        s3.create_bucket(Bucket="models")
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["models"]


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_k3s_starts_in_a_container(tmp_path) -> None:
    """kubectl of this machine speaks to the cluster."""
    with K3sContainer() as cluster:
        path = tmp_path / "kubeconfig"
        path.write_text(cluster.kubeconfig())
        words = ["kubectl", "--kubeconfig", str(path), "get", "namespaces", "-o", "name"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        assert "namespace/default" in done.stdout, done.stderr
