"""The product as others get it: a wheel, built here and installed where no source tree is in sight."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(out.glob("sealed_intake-*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel and the locked packages, and knows nothing of this tree; its folder."""
    return install(wheel, tmp_path_factory.mktemp("installed") / "venv")


def install(wheel: Path, folder: Path) -> Path:
    """A new environment with the wheel in it. The locked packages are lent by a path line, which no `.pth` file
    follows: so the development environment's way back to the tree stays behind.
    """
    venv.create(folder)
    packages = site_packages(folder)
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", "--ignore-installed", str(wheel)], check=True)
    return folder


def site_packages(environment: Path) -> Path:
    """Where an environment keeps what is installed."""
    return next((environment / "lib").glob("python3.*")) / "site-packages"


def leave_out(environment: Path, *folders: str) -> None:
    """Removes packages from an environment, as the deployment leaves them off a server."""
    for folder in folders:
        shutil.rmtree(site_packages(environment) / folder)
