"""What is deployed fits what is built: settings, ports, files, and how the images are made and held."""

import importlib
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "k8s/base"
SANDBOX = (BASE / "sandbox/sandbox-secrets.env").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


@cache
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


# Settings


def test_a_service_is_told_what_it_needs_and_nothing_it_does_not_know(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt variable is silently absent, and a missing one stops the start in production."""
    settings_class = importlib.import_module(f"{service.module}.settings").Settings
    prefix = settings_class.model_config["env_prefix"]
    told = service.variables
    assert {variable for variable in told if not variable.startswith(prefix)} == set()
    known = {f"{prefix}{field}".upper() for field in settings_class.model_fields}
    assert told.keys() - known == set()
    for variable, text in told.items():
        monkeypatch.setenv(variable, text)
    settings = settings_class()
    assert settings.ops_port == service.port
    assert settings.ops_host == "0.0.0.0"  # noqa: S104 - a container's own network
    assert settings.sqlite_path is None


def test_addresses_name_parts_that_are_there(service: Any, services: Any, compose: dict[str, Any]) -> None:
    """By the names and ports under which both docker compose and Kubernetes know them."""
    ports = {"sandbox": 8600, "kafka": 9092, "postgres": 5432} | {each.name: each.port for each in services}
    for text in service.variables.values():
        found = re.fullmatch(r"(?:\w+://)?(?:[^/@]+@)?([a-z-]+):(\d+)(/.*)?", text)
        if found:
            assert (found[1], int(found[2])) in ports.items()
            assert found[1] in compose["services"]


def test_every_service_has_a_database_of_its_own(service: Any) -> None:
    """The owner's name and password are those in its address."""
    script = (BASE / "postgres/sandbox-databases.sql").read_text()
    found = re.fullmatch(r"postgresql://(\w+):([\w-]+)@postgres:5432/(\w+)", service.told("database_url"))
    assert found
    assert found[1] == found[3] == service.short
    assert f"CREATE ROLE {found[1]} LOGIN PASSWORD '{found[2]}';" in script
    assert f"CREATE DATABASE {found[3]} OWNER {found[1]};" in script
    assert f"REVOKE CONNECT ON DATABASE {found[3]} FROM PUBLIC;" in script


def test_a_service_may_join_the_sandboxs_clock(service: Any) -> None:
    """Beyond loopback the clock refuses whoever lacks the token, and a service that is refused does not start."""
    (line,) = re.findall(r"^BANKRAILS_SANDBOX_CONTROL_TOKEN=(.+)$", SANDBOX, re.MULTILINE)
    assert service.told("clock_token") == line


def test_the_quota_of_a_merchant_is_shared_out_once(services: Any) -> None:
    """Two services that each take all of it meet refusals that neither expects."""
    shares = [float(each.told("helcim_share")) for each in services if each.short in ("payments", "settlement")]
    assert sum(shares) == pytest.approx(1)


def test_the_broker_is_the_one_that_the_tests_run() -> None:
    """Another version is another broker."""
    lock = (ROOT / "libs/local-kafka/src/bankrails_local_kafka/jars.lock").read_text()
    version = re.search(r"Apache Kafka (\S+):", lock)
    assert version
    for file in ("docker-compose.yml", "k8s/base/kafka/kafka.yaml"):
        assert f"image: apache/kafka:{version[1]}\n" in (ROOT / file).read_text()


# The image


def test_a_service_has_its_target(service: Any) -> None:
    """With the port, the health and the module that are its own."""
    stage = dockerfile().split(f"AS {service.name}\n")[1].split("\nFROM ")[0]
    assert f'ENTRYPOINT ["python", "-m", "{service.module}"]' in stage
    assert f"EXPOSE {service.port}\n" in stage
    assert f"HEALTH_URL=http://127.0.0.1:{service.port}/health/live" in stage


def test_packages_come_from_the_lock_with_their_hashes_checked() -> None:
    """One line reaches out; all others are told not to."""
    lines = [line for line in dockerfile().replace("\\\n", " ").splitlines() if re.search(r"\bpip\b", line)]
    reaching = [line for line in lines if "--no-index" not in line]
    assert len(reaching) == 1
    assert {"--require-hashes", "--only-binary=:all:", "requirements.lock"} <= set(reaching[0].split())


@pytest.mark.parametrize(
    "project", [ROOT / "contracts", *ROOT.glob("libs/*"), *ROOT.glob("services/*")], ids=lambda path: path.name
)
def test_the_lock_has_what_a_package_asks_for(project: Path) -> None:
    """An image is installed from the lock alone, so a dependency added without `make lock` breaks its build."""
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    members = {path.parent.name for path in ROOT.glob("services/*/pyproject.toml")}
    asked = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    for requirement in map(Requirement, asked):
        name = canonicalize_name(requirement.name)
        if not name.startswith("bankrails-") and name not in members:
            assert requirement.specifier.contains(locked.get(name, "0"), prereleases=True), requirement


def test_no_process_of_an_image_is_root(services: Any) -> None:
    """By number, so that Kubernetes can check it."""
    runtime = dockerfile().split("AS runtime\n")[1].split("\nFROM ")[0]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", runtime, re.MULTILINE)
    assert dockerfile().count("USER ") == 1
    final = re.findall(r"^FROM (\S+) AS ([\w-]+)$", dockerfile(), re.MULTILINE)
    images = {each.name for each in services} | {"sandbox"}
    assert {stage: base for base, stage in final if stage in images} == dict.fromkeys(images, "runtime")


def test_the_files_that_the_image_is_built_from_are_let_through() -> None:
    """.dockerignore leaves out everything that it does not name."""
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for pattern in let_through:
        assert list(ROOT.glob(pattern)), pattern
    for project in ROOT.glob("*/*/pyproject.toml"):
        assert f"{project.relative_to(ROOT).parts[0]}/*/pyproject.toml" in let_through


# docker compose


def test_every_file_that_compose_mounts_is_there(compose: dict[str, Any]) -> None:
    """Docker makes a directory of a missing one, silently."""
    files = [secret["file"] for secret in compose["secrets"].values()]
    for service in compose["services"].values():
        files += service.get("env_file", [])
        files += [mount.split(":")[0] for mount in service.get("volumes", []) if mount.startswith("./")]
        if "build" in service:
            assert f" AS {service['build']['target']}\n" in dockerfile()
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_compose_pins_and_hardens_its_images(compose: dict[str, Any], pinned: re.Pattern[str]) -> None:
    """Whatever is pulled tomorrow is what was meant today, and none may become more than it is."""
    for name, service in compose["services"].items():
        assert pinned.fullmatch(service["image"]), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name


def test_compose_publishes_on_this_machine_alone(compose: dict[str, Any]) -> None:
    """Nothing of it asks who is calling."""
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_compose_starts_a_service_after_its_keys_and_its_schema(service: Any, compose: dict[str, Any]) -> None:
    """On PostgreSQL a service makes neither."""
    waits = compose["services"][service.name]["depends_on"]
    for step in (f"{service.short}-keys", f"{service.short}-migrate"):
        assert waits[step] == {"condition": "service_completed_successfully"}
        assert "restart" not in compose["services"][step]
    assert compose["services"][f"{service.short}-migrate"]["command"] == ["migrate"]


# Prometheus


def test_prometheus_asks_every_service(services: Any) -> None:
    """By the name and port that both docker compose and Kubernetes give it."""
    configuration = yaml.safe_load((BASE / "prometheus/prometheus.yml").read_text())
    (job,) = configuration["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"{each.name}:{each.port}" for each in services]}]
    assert job.get("metrics_path", "/metrics") == "/metrics"
    for file in configuration["rule_files"]:
        assert (BASE / "prometheus" / file).exists()


def test_alerts_are_about_metrics_that_exist() -> None:
    """An alert on a metric that was renamed never fires."""
    text = "".join(path.read_text() for path in ROOT.glob("*/*/src/*/metrics.py"))
    known = {f"bankrails_{name}" for name in re.findall(r'(?:counter|gauge)\(\s*"(\w+)"', text)}
    rules = yaml.safe_load((BASE / "prometheus/alerts.yml").read_text())["groups"][0]["rules"]
    asked = {name.removesuffix("_total") for rule in rules for name in re.findall(r"bankrails_\w+", rule["expr"])}
    assert asked
    assert asked <= known
