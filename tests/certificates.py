"""Certificates that sign themselves, made by openssl for one test."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_CA = """[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


@dataclass(frozen=True)
class Certificate:
    """A PEM file and that of its key."""

    path: Path
    key: Path


def self_signed(folder: Path, name: str = "IP:127.0.0.1") -> Certificate:
    """Make a certificate that is valid now."""
    made = _named(folder)
    _openssl(made.path.parent, "req", "-x509", "-days", "2", *_asked(name, made), "-out", made.path)
    return made


def expired(folder: Path, name: str = "IP:127.0.0.1") -> Certificate:
    """Make a certificate that was valid for a month of 2020."""
    made = _named(folder)
    own = made.path.parent
    (own / "index").touch()
    (own / "ca.cnf").write_text(_CA)
    _openssl(own, "req", *_asked(name, made), "-out", "request.pem")
    span = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
    signing = ["-batch", "-notext", "-config", "ca.cnf", "-selfsign", "-keyfile", made.key, *span]
    _openssl(own, "ca", *signing, "-in", "request.pem", "-out", made.path)
    return made


def _named(folder: Path) -> Certificate:
    own = folder / f"certificate-{len(list(folder.iterdir()))}"
    own.mkdir()
    return Certificate(own / "certificate.pem", own / "key.pem")


def _asked(name: str, made: Certificate) -> list[str | Path]:
    subject = ["-subj", f"/CN={name.partition(':')[2]}", "-addext", f"subjectAltName={name}"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    return [*key, "-keyout", made.key, *subject]


def _openssl(folder: Path, *arguments: str | Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("makes certificates with openssl")
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
