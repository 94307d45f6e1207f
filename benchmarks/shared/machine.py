"""The machine and the versions that a table of figures belongs to."""

import datetime
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

PEERS = ("numpy", "llvmlite", "torch", "jax", "casadi", "numba", "autograd", "xad")
WIDE = {"avx512f": "AVX-512", "avx2": "AVX2", "asimd": "NEON"}  # the widest first


def described():
    """Processor, system and versions, as a dict that JSON can hold."""
    from microgradlike import __compiled__

    today = datetime.date.today()
    return {
        "date": f"{today.day} {today:%B %Y}",
        "processor": processor(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "engine": "compiled" if __compiled__ else "plain Python",
        "versions": versions(),
    }


def caption(machine):
    """One line below a table; older figures have less to tell."""
    parts = [machine[key] for key in ("processor", "date", "python") if key in machine]
    parts += [f"{name} {version}" for name, version in machine.get("versions", {}).items()]
    if "engine" in machine:
        parts.append(f"engine: {machine['engine']}")
    return ", ".join(parts)


def versions():
    found = {}
    for name in PEERS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def processor():
    """Name of the processor, number of cores and widest vectors, as far as the system says."""
    name, flags = names()
    wide = next((word for flag, word in WIDE.items() if flag in flags), None)
    cores = f"{os.cpu_count()} cores"
    return ", ".join(part for part in (name, cores, wide) if part)


def names():
    """The processor's name and the words for its features."""
    system = platform.system()
    if system == "Linux":
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        flags = fields.get("flags", fields.get("Features", "")).split()
        return fields.get("model name", platform.machine()), flags
    if system == "Darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip(), []
    return os.environ.get("PROCESSOR_IDENTIFIER", platform.machine()), []
