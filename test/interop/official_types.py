"""Prints the members of every type that the official Python client declares."""

import importlib
import json
import pkgutil
import typing

import pydantic
import rocketride


def members_of(it):
    if typing.is_typeddict(it):
        return list(typing.get_type_hints(it))
    if isinstance(it, type) and issubclass(it, pydantic.BaseModel):
        return list(it.model_fields)
    return None


found = {}
for info in pkgutil.walk_packages(rocketride.__path__, 'rocketride.'):
    if info.name == 'rocketride.rocketride':  # a script, made for another folder
        continue
    module = importlib.import_module(info.name)
    for name, it in vars(module).items():
        members = members_of(it) if getattr(it, '__module__', '') == info.name else None
        if members:
            found[name] = members
print(json.dumps(found))
