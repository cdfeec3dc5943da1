"""The manifests fit together, and Kubernetes understands them.

They are rendered by `kubectl kustomize`, which needs no cluster, and checked against Kubernetes' own schemas.
"""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from bankrails_telemetry.metrics import service_registry
from bankrails_telemetry.ops_server import OpsServer

BASE = Path(__file__).resolve().parents[2] / "k8s/base"
KUBERNETES = "1.37"


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not here: the manifests are not rendered")
    done = subprocess.run([kubectl, "kustomize", str(BASE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def named(manifests: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def pods(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in manifests:
        if each["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield each["metadata"]["name"], each["spec"]["template"]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def test_the_manifests_are_kubernetes(manifests: list[dict[str, Any]]) -> None:
    """By its own schemas, strictly: an unknown field is one that does nothing."""
    for manifest in manifests:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_the_schema_check_says_no(manifests: list[dict[str, Any]]) -> None:
    """It is shown to know an unknown field."""
    broken = {**named(manifests, "Deployment", "payments-service"), "speck": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, KUBERNETES, strict=True)


def test_every_container_is_pinned_and_held(manifests: list[dict[str, Any]], pinned: re.Pattern[str]) -> None:
    """As the namespace's `restricted` level asks, which a schema does not know."""
    for name, template in pods(manifests):
        pod = template["spec"]["securityContext"]
        assert pod["runAsNonRoot"], name
        assert pod["runAsUser"] > 0, name
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert template["spec"]["automountServiceAccountToken"] is False, name
        assert template["spec"]["enableServiceLinks"] is False, name
        for container in containers(template):
            assert pinned.fullmatch(container["image"]), container["image"]
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert container["securityContext"].get("readOnlyRootFilesystem") or name == "kafka"
            assert container["resources"]["limits"]["memory"], name


def test_one_process_of_a_service_at_a_time(service: Any, manifests: list[dict[str, Any]]) -> None:
    """A second one would stop at the lock; leases are not built."""
    spec = named(manifests, "Deployment", service.name)["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_probes_ask_what_the_operations_server_answers(service: Any, manifests: list[dict[str, Any]]) -> None:
    """On its port, by paths that it has."""
    server = OpsServer(registry=service_registry(service.name, version="0"), live={}, ready={})
    paths = {route.resource.canonical for route in server._application.router.routes() if route.resource is not None}
    (container,) = named(manifests, "Deployment", service.name)["spec"]["template"]["spec"]["containers"]
    assert {"name": "ops", "containerPort": service.port} in container["ports"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["path"] in paths
        assert asked["port"] == "ops"
    (served,) = named(manifests, "Service", service.name)["spec"]["ports"]
    assert (served["port"], served["targetPort"]) == (service.port, "ops")


def test_a_service_gets_its_settings_keys_and_schema(service: Any, manifests: list[dict[str, Any]]) -> None:
    """What the files say arrives, under the names that the generators gave them."""
    pod = named(manifests, "Deployment", service.name)["spec"]["template"]["spec"]
    assert [container["name"] for container in pod["initContainers"]] == ["keys", "migrate"]
    for container in (pod["initContainers"][1], *pod["containers"]):
        told: dict[str, str] = {}
        for source in container["envFrom"]:
            if "configMapRef" in source:
                told |= named(manifests, "ConfigMap", source["configMapRef"]["name"])["data"]
            else:
                secret = named(manifests, "Secret", source["secretRef"]["name"])["data"]
                told |= {name: base64.b64decode(text).decode() for name, text in secret.items()}
        assert told == service.variables
    mounted = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    files = {Path(text).parent for name, text in service.variables.items() if name.endswith("_FILE")}
    assert {str(folder) for folder in files} <= mounted


def test_everything_that_a_pod_mounts_is_there(manifests: list[dict[str, Any]]) -> None:
    """A pod whose claim or secret has another name waits for ever."""
    for _, template in pods(manifests):
        for volume in template["spec"].get("volumes", []):
            if "secret" in volume:
                named(manifests, "Secret", volume["secret"]["secretName"])
            if "configMap" in volume:
                named(manifests, "ConfigMap", volume["configMap"]["name"])
            if "persistentVolumeClaim" in volume:
                named(manifests, "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"])


def test_services_and_policies_select_pods_that_are_there(manifests: list[dict[str, Any]]) -> None:
    """A selector that fits nothing is no error to Kubernetes."""
    labels = [template["metadata"]["labels"] for _, template in pods(manifests)]

    def selects(selector: dict[str, str]) -> bool:
        return any(selector.items() <= each.items() for each in labels)

    for each in manifests:
        if each["kind"] == "Service":
            assert selects(each["spec"]["selector"]), each["metadata"]["name"]
        if each["kind"] in ("PodDisruptionBudget", "Deployment", "StatefulSet"):
            assert selects(each["spec"]["selector"]["matchLabels"]), each["metadata"]["name"]
        if each["kind"] == "NetworkPolicy":
            peers = [
                peer["podSelector"]["matchLabels"]
                for way, key in (("ingress", "from"), ("egress", "to"))
                for rule in each["spec"].get(way, [])
                for peer in rule[key]
                if "podSelector" in peer
            ]
            assert all(selects(selector) for selector in peers), each["metadata"]["name"]
            assert selects(each["spec"]["podSelector"].get("matchLabels", {})), each["metadata"]["name"]


def test_nobody_may_speak_unless_a_policy_says_so(manifests: list[dict[str, Any]]) -> None:
    """The policies below it only ever allow."""
    spec = named(manifests, "NetworkPolicy", "nothing-by-default")["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
