"""The packages hold all that pyproject.toml promises, and pyproject.toml leaves nothing out."""

import re
import runpy
import subprocess
import sys
import tomllib

import pytest
import yaml
from setuptools.discovery import PackageFinder, PEP420PackageFinder

from tests import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]


def test_every_package_is_listed():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("microgradlike", "viz")
        for path in (ROOT / top).rglob("__init__.py")
    }
    options = SETUPTOOLS["packages"]["find"]
    listed = PEP420PackageFinder if options["namespaces"] else PackageFinder
    assert set(listed.find(ROOT, include=options["include"])) == found


def test_every_file_that_is_no_code_is_package_data():
    listed = set()
    for package, patterns in SETUPTOOLS["package-data"].items():
        for pattern in patterns:
            matched = set((ROOT / package.replace(".", "/")).glob(pattern))
            assert matched
            assert all(path.is_file() for path in matched)
            listed |= matched
    found = {
        path
        for top in ("microgradlike", "viz")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".so", ".pyd")
    }
    assert found == listed


def test_the_base_is_numpy_and_graphviz_and_all_is_every_users_extra():
    names = [requirement.split(">=")[0] for requirement in PROJECT["project"]["dependencies"]]
    assert names == ["numpy", "graphviz"]
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras["all"] == ["microgradlike[digits,dot,llvm,plot,progress,testing,widget]"]
    assert set(extras) == {
        "digits", "dot", "llvm", "plot", "progress", "testing", "widget", "all", "test", "dev",
        "docs", "hosts", "oracle", "renderers"
    }  # fmt: skip


def test_both_packages_are_typed():
    assert (ROOT / "microgradlike/py.typed").exists()
    assert (ROOT / "viz/py.typed").exists()


# a release


def test_changelog_and_citation_have_the_version_and_its_date():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, newest, *_ = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    assert unreleased == "Unreleased"
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert newest == f"{citation['version']} - {citation['date-released']}"
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]


# compiled code


def test_what_is_compiled_is_there_and_the_compiler_is_one_version_for_building_and_developing():
    for name in PROJECT["tool"]["microgradlike"]["compiled"]:
        assert (ROOT / f"{name.replace('.', '/')}.py").is_file()
    (compiler,) = [r for r in PROJECT["build-system"]["requires"] if r.startswith("mypy")]
    assert compiler.split(";")[0] in PROJECT["project"]["optional-dependencies"]["dev"]
    assert "freeing.h" in PROJECT["tool"]["setuptools"]["package-data"]["microgradlike"]


def extensions_of(monkeypatch, *arguments, **environment):
    """The extensions that setup.py would compile."""
    given = {}
    monkeypatch.setattr("setuptools.setup", lambda ext_modules: given.update(found=ext_modules))
    monkeypatch.setattr(sys, "argv", ["setup.py", *arguments])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    runpy.run_path(str(ROOT / "setup.py"))
    return given["found"]


@pytest.mark.parametrize("command", ["editable_wheel", "develop", "sdist", "egg_info", "dist_info"])
def test_an_editable_install_stays_plain_and_a_source_distribution_needs_no_compiler(
    monkeypatch, command
):
    monkeypatch.delenv("MICROGRADLIKE_COMPILE", raising=False)
    assert extensions_of(monkeypatch, command) == []


def test_no_is_an_answer(monkeypatch):
    assert extensions_of(monkeypatch, "bdist_wheel", MICROGRADLIKE_COMPILE="no") == []


def test_without_a_compiler_it_is_plain_and_one_line_says_so(monkeypatch, capfd):
    monkeypatch.setenv("MICROGRADLIKE_COMPILE", "")
    assert extensions_of(monkeypatch, "bdist_wheel", CC=sys.executable + " -c 1/0 #") == []
    lines = [line for line in capfd.readouterr().err.splitlines() if "microgradlike" in line]
    assert lines == ["microgradlike: plain Python, not compiled (no C compiler that works)"]


UNSAFE = ["-Ofast", "-ffast-math", "-funsafe-math-optimizations", "-fassociative-math"]


@pytest.mark.parametrize("flag", [*UNSAFE, "-freciprocal-math", "-ffinite-math-only"])
@pytest.mark.parametrize("name", ["CFLAGS", "CC", "LDFLAGS"])
def test_a_flag_that_changes_numbers_is_refused(monkeypatch, name, flag):
    given = {name: f"gcc -O2 {flag}", "MICROGRADLIKE_COMPILE": "yes"}
    with pytest.raises(RuntimeError, match=f"{name} has {flag}, which changes numbers; remove it"):
        extensions_of(monkeypatch, "bdist_wheel", **given)


def test_a_flag_in_quotes_is_refused_and_one_within_a_definition_is_not(monkeypatch):
    monkeypatch.setenv("CFLAGS", "-O2 '-ffast-math'")
    with pytest.raises(RuntimeError, match="CFLAGS has -ffast-math"):
        extensions_of(monkeypatch, "bdist_wheel", MICROGRADLIKE_COMPILE="yes")
    monkeypatch.setenv("CFLAGS", "-DFLAGS='-O2 -ffast-math'")
    with pytest.raises(RuntimeError, match="no C compiler that works"):
        extensions_of(monkeypatch, "bdist_wheel", CC="false", MICROGRADLIKE_COMPILE="yes")


@pytest.mark.parametrize("flag", ["-ffast-math", "-Ofast"])
def test_the_compiled_engine_does_not_compile_with_fast_math(flag):
    command = ["cc", flag, "-E", "-x", "c", "-"]
    header = (ROOT / "microgradlike" / "freeing.h").read_text("utf-8").partition("#include")[0]
    done = subprocess.run(command, input=header, capture_output=True, text=True, check=False)
    assert done.returncode, done.stdout
    assert "change numbers" in done.stderr


def test_where_compiled_code_is_required_there_is_an_error_without_a_compiler(monkeypatch):
    with pytest.raises(RuntimeError, match="no C compiler that works"):
        extensions_of(monkeypatch, "bdist_wheel", CC="false", MICROGRADLIKE_COMPILE="yes")


# the public repository's workflows

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def workflow(name):
    return yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_names_the_version_of_each_action_and_asks_for_no_more_than_it_needs(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert jobs["permissions"] == {"contents": "read"}
    for name, job in jobs["jobs"].items():
        assert set(job.get("needs", [])) <= set(jobs["jobs"])
        assert ("permissions" in job) == (name == "publish")
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert "@" in step.get("uses", "@")


def test_every_supported_python_is_tested_in_both_forms_and_gets_a_compiled_wheel():
    classifiers = PROJECT["project"]["classifiers"]
    versions = [c.split(" :: ")[-1] for c in classifiers if " :: Python :: 3." in c]
    matrix = workflow("ci")["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == versions
    assert matrix["form"] == ["plain", "compiled"]
    assert {os.split("-")[0] for os in matrix["os"]} == {"ubuntu", "macos", "windows"}
    wheels = PROJECT["tool"]["cibuildwheel"]
    assert wheels["build"] == [f"cp{version.replace('.', '')}-*" for version in versions]
    assert wheels["environment"] == {"MICROGRADLIKE_COMPILE": "yes"}
    for source in wheels["test-sources"]:
        assert (ROOT / source).is_file()


def test_only_a_tag_is_published_and_without_a_password():
    jobs = workflow("release")["jobs"]
    assert jobs["publish"]["if"] == "github.event_name == 'push'"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert set(jobs["publish"]["needs"]) == set(jobs) - {"publish"}
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
