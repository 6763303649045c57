"""The code that reads Protobuf is what the compiler makes of the schema."""

import sys
from subprocess import run

import pytest

from tests.architecture.source import ROOT

SCHEMA = "channels/codec/client.proto"


@pytest.mark.parametrize("name", ["client_pb2.py", "client_pb2.pyi"])
def test_the_generated_code_is_what_the_schema_gives(name, tmp_path):
    """Whoever changes client.proto runs `make proto`."""
    out = (f"--python_out={tmp_path}", f"--pyi_out={tmp_path}")
    compiler = (sys.executable, "-m", "grpc_tools.protoc", "-I.", *out, SCHEMA)
    run(compiler, cwd=ROOT, check=True)
    made = (tmp_path / "channels/codec" / name).read_text()
    assert made == (ROOT / "channels/codec" / name).read_text()
