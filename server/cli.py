"""The ``uhok`` command: everything an operator starts, asks or repairs."""

import asyncio
import json
import os
from collections.abc import Coroutine
from functools import partial
from typing import Annotated, Any, TypeVar

import structlog
import typer
from pydantic import ValidationError

from domain import kernel, user
from server import demonstration, doctor, embedders, processes
from server.language import worded
from server.logs import set_up_logs
from server.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
demo = typer.Typer(no_args_is_help=True, help="The demo shop: load it, serve it, start over.")
app.add_typer(demo, name="demo")

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


def read_settings() -> Settings:
    """Read the environment once; what is wrong with it is said without a traceback."""
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            where = ".".join(str(part) for part in problem["loc"]) or "settings"
            typer.secho(f"{where}: {problem['msg']}", err=True, fg=typer.colors.RED)
        raise typer.Exit(2) from error
    set_up_logs(as_json=settings.json_logs)
    return settings


@app.command()
def serve(
    *,
    clock: Annotated[
        bool, typer.Option("--clock/--no-clock", help="Run the clock in this process too.")
    ] = True,
) -> None:
    """Serve the API, the channels and the page (and by default stand by as the clock)."""
    settings = read_settings()
    if not clock:
        _refuse_alone(settings)
    _refuse_unusable_model(settings)
    processes.serve(settings, with_clock=clock)


@app.command()
def clock() -> None:
    """Run the clock alone: jobs, relay and event log. Several may stand by; one leads."""
    settings = read_settings()
    _refuse_alone(settings)
    _refuse_unusable_model(settings)
    asyncio.run(processes.run_clock(settings))


@app.command()
def migrate() -> None:
    """Bring both databases to the newest version."""
    asyncio.run(processes.migrate(read_settings()))


@app.command()
def config() -> None:
    """Print the effective settings; secrets stay hidden."""
    typer.echo(json.dumps(read_settings().describe(), ensure_ascii=False, indent=2, default=str))


@app.command()
def role(
    email: Annotated[str, typer.Argument(help="Whose account.")],
    role: Annotated[user.Role, typer.Argument(help="What they may do from now on.")],
) -> None:
    """Make somebody an operator, an admin, or a user again; their sessions end."""
    settings = read_settings()
    ended = _run(email, processes.appoint(settings, email, role))
    typer.echo(f"{email} is now {role.value}; {ended} sessions ended")
    _warn_of_delay(settings, ended)


@app.command()
def suspend(email: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Shut somebody's account: they are logged out everywhere and cannot log in."""
    settings = read_settings()
    ended = _run(email, processes.suspend(settings, email))
    typer.echo(f"{email} is suspended; {ended} sessions ended")
    _warn_of_delay(settings, ended)


@app.command()
def reinstate(email: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Open a suspended account again."""
    _run(email, processes.reinstate(read_settings(), email))
    typer.echo(f"{email} is reinstated")


@app.command(name="payment-simulator")
def payment_simulator() -> None:
    """Run the simulated payment provider on its own port (HOST, PORT, PUBLIC_URL)."""
    demonstration.run_simulator(read_settings())


@app.command()
def ml() -> None:
    """Serve the embedding model on its own port, for workers that have ML_INFERENCE_URL."""
    from server import inference  # noqa: PLC0415 (another application than ours)

    settings = read_settings()
    _refuse_unusable_model(settings, here=True)
    inference.serve(settings)


@app.command()
def embed(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Look at every item, not only at those that changed.")
    ] = False,
) -> None:
    """Embed what has no vector of the configured model yet, and show how far it is."""
    from server import indexing  # noqa: PLC0415 (rich, which draws its bar, comes with it)

    settings = read_settings()
    _refuse_unusable_model(settings)
    every_core = partial(embedders.open_embedder, threads=os.cpu_count() or 1)
    indexing.embed(settings, everything=everything, opened=every_core)


@app.command()
def evaluate(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    misses: Annotated[bool, typer.Option("--misses", help="List what was not found.")] = False,
) -> None:
    """Measure search and keywords on the labelled set, and print how well they do."""
    from server import evaluation  # noqa: PLC0415 (the labelled set with it)

    settings = read_settings()
    _refuse_unusable_model(settings)
    typer.echo(asyncio.run(evaluation.evaluate(settings, json=as_json, misses=misses)))


@app.command(name="doctor")
def examine() -> None:
    """Look at everything the service needs and say what is wrong; exit 1 if anything is."""
    findings = asyncio.run(doctor.examine(read_settings()))
    for finding in findings:
        mark, color = ("ok", typer.colors.GREEN) if finding.ok else ("!!", typer.colors.RED)
        typer.secho(f"{mark}  {finding.what}: {finding.says}", fg=color)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@demo.command(name="serve")
def demo_serve() -> None:
    """Migrate, load the demo shop if it is not there, and serve it with the simulator."""
    demonstration.serve(demonstration.demo_settings(read_settings))


@demo.command(name="load")
def demo_load() -> None:
    """Load the demo shop into the configured databases, or bring its schedule up to date."""
    asyncio.run(demonstration.load(read_settings()))


@demo.command(name="reset")
def demo_reset() -> None:
    """Throw the embedded demo's data away; the next start loads it anew."""
    demonstration.reset(read_settings())


def _run(email: str, step: Coroutine[Any, Any, Result]) -> Result:
    """Do something to an account; a refusal is said without a traceback and ends with 1."""
    try:
        return asyncio.run(step)
    except kernel.DomainError as error:
        typer.secho(f"{email}: {worded(error, 'en')}", err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error


def _warn_of_delay(settings: Settings, ended: int) -> None:
    if ended and not settings.redis_url:
        minutes = settings.access_token_expire_minutes
        typer.echo(f"a server that runs without REDIS_URL hears of it within {minutes:g} minutes")


def _refuse_alone(settings: Settings) -> None:
    """End with 2: without Redis, web and clock would each talk to nobody."""
    if not settings.redis_url:
        typer.secho("web and clock in two processes need REDIS_URL", err=True, fg=typer.colors.RED)
        raise typer.Exit(2)


def _refuse_unusable_model(settings: Settings, *, here: bool = False) -> None:
    """End with 2 when the model that is to run here could not be loaded, and say why."""
    if settings.ml_inference_url and not here:
        return
    try:
        embedders.check_model(settings)
    except embedders.ModelUnusable as error:
        typer.secho(f"embedding_model: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(2) from error


def main() -> None:
    """Enter by the installed command."""
    app()


if __name__ == "__main__":
    main()
