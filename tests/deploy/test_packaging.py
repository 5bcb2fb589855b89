"""The zip for Lambda: the same every time, for the right machine, with the services that the code calls."""

import os
import zipfile

import pytest

from bot import packaging
from bot.packaging import LEFT_OUT, PackagingError, Target

ARM = Target("arm64", "3.13")


def library(folder, name: str, machine: int) -> None:
    header = bytearray(20)
    header[:4] = b"\x7fELF"
    header[18:20] = machine.to_bytes(2, "little")
    (folder / name).write_bytes(bytes(header))


def test_two_zips_of_the_same_files_are_the_same_whatever_their_dates(tmp_path):
    archives = []
    for moment in (1_000_000_000, 1_700_000_000):
        folder = tmp_path / str(moment)
        folder.mkdir()
        (folder / "b.py").write_text("b = 1\n")
        (folder / "a.so").write_bytes(b"a")
        for path in folder.iterdir():
            os.utime(path, (moment, moment))
        packaging.write_zip(folder, tmp_path / f"{moment}.zip")
        archives.append((tmp_path / f"{moment}.zip").read_bytes())
    assert archives[0] == archives[1]


def test_everybody_may_read_the_files_in_the_zip(tmp_path):
    (tmp_path / "files").mkdir()
    private = tmp_path / "files/private.py"
    private.write_text("x = 1\n")
    private.chmod(0o600)
    packaging.write_zip(tmp_path / "files", tmp_path / "out.zip")
    (entry,) = zipfile.ZipFile(tmp_path / "out.zip").infolist()
    assert entry.external_attr >> 16 == 0o644


@pytest.mark.parametrize(
    ("name", "machine", "complaint"),
    [
        ("_rust.abi3.so", 62, "machine 62; expected 183, arm64"),
        ("_x.cpython-312-aarch64-linux-gnu.so", 183, "another Python; expected 3.13"),
    ],
)
def test_a_library_of_another_machine_or_python_is_refused(tmp_path, name, machine, complaint):
    library(tmp_path, name, machine)
    with pytest.raises(PackagingError, match=complaint):
        packaging.check_machines(ARM, tmp_path)


def test_libraries_of_this_machine_and_python_are_taken(tmp_path):
    library(tmp_path, "_rust.abi3.so", 183)
    library(tmp_path, "_x.cpython-313-aarch64-linux-gnu.so", 183)
    packaging.check_machines(ARM, tmp_path)


def test_the_models_of_every_service_that_the_code_names_are_kept(tmp_path):
    for service in ("ec2", "sqs", "elbv2", "braket"):
        (tmp_path / service).mkdir()
    (tmp_path / "endpoints.json").touch()
    packaging.keep_models(tmp_path, packaging.services_in(packaging.ROOT / "bot"))
    assert {path.name for path in tmp_path.iterdir()} == {"ec2", "sqs", "elbv2", "endpoints.json"}


def test_the_code_is_copied_without_the_demo_and_without_bytecode(tmp_path):
    packaging.copy_code(tmp_path)
    assert (tmp_path / "bot/lambdas.py").exists()
    assert (tmp_path / "handlers/commands.py").exists()
    assert list((tmp_path / "templates").glob("*.j2"))
    assert not any((tmp_path / name).exists() for name in LEFT_OUT)
    assert not list(tmp_path.rglob("__pycache__"))


def test_python_3_11_runs_on_an_older_c_library():
    assert Target("x86_64", "3.11").platform == "x86_64-manylinux_2_17"
    assert ARM.platform == "aarch64-manylinux_2_28"
    assert ARM.name == "vpclink-arm64-python3.13"


def test_a_dependency_that_is_not_locked_is_named():
    project = '[project]\ndependencies = ["boto3>=1.44", "prometheus-client>=0.26"]\n'
    assert packaging.not_locked(project, "boto3==1.44.5 \\\n    --hash=sha256:0\n") == ["prometheus-client"]
