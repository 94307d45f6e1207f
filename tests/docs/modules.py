"""Modules of docs/, which is no package."""

import importlib.util

from tests import ROOT


def module(path):
    spec = importlib.util.spec_from_file_location(path.replace("/", "_")[:-3], ROOT / path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found
