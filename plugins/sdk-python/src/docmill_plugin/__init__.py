"""Plugins of docmill in Python.

A plugin has one class per interface of the contract, `Metadata` and that of its role, and both are decorated with `export`.
"""

from ._errors import Internal, Malformed, Misconfigured, PluginError, Unsupported
from ._export import export
from ._host import Level, Source, Table, annotations, labels, log, open_table, setting, translation
from ._spans import Offsets
from ._types import (
    Annotation,
    Aside,
    Attribute,
    Description,
    Document,
    Extracted,
    Label,
    LanguagePair,
    Mark,
    Rendering,
    Setting,
    Span,
    TableUse,
    attribute,
    attributes,
)

__all__ = [
    "Annotation",
    "Aside",
    "Attribute",
    "Description",
    "Document",
    "Extracted",
    "Internal",
    "Label",
    "LanguagePair",
    "Level",
    "Malformed",
    "Mark",
    "Misconfigured",
    "Offsets",
    "PluginError",
    "Rendering",
    "Setting",
    "Source",
    "Span",
    "Table",
    "TableUse",
    "Unsupported",
    "annotations",
    "attribute",
    "attributes",
    "export",
    "labels",
    "log",
    "open_table",
    "setting",
    "translation",
]
