"""Calls every method of the official Python client that makes one request.

`list` prints them; `run FILE` makes the calls of a plan against BASE_URL with API_KEY. Both print one JSON array.
"""

import inspect
import json
import os
import re
import sys

import httpx2
from openai import OpenAI
from openai._resource import SyncAPIResource

HELPERS = re.compile(r"poll$|^upload|^stream$|^create_and_(?:run_|stream)|^parse$|^wait_for|^unwrap$|^verify_|^connect$|^prepare|^for_result$|_stream$|^with_|^download_url|^_")
OPTIONS = {"self", "extra_headers", "extra_query", "extra_body", "timeout", "stream"}


def resources(owner, steps):
    if steps:
        yield steps, owner
    for name in sorted(set(dir(type(owner)))):
        if name.startswith("_") or name.startswith("with_"):
            continue
        try:
            value = getattr(owner, name)
        except Exception:
            continue
        if isinstance(value, SyncAPIResource):
            yield from resources(value, [*steps, name])


def methods(client):
    for steps, owner in resources(client, []):
        for name, _ in inspect.getmembers(type(owner), inspect.isfunction):
            if not HELPERS.search(name):
                yield ".".join([*steps, name]), getattr(owner, name)


def arguments_of(method):
    parameters = inspect.signature(method).parameters.values()
    return [one for one in parameters if one.name not in OPTIONS and one.kind is not one.VAR_KEYWORD]


def client_for(base_url, key, **more):
    return OpenAI(base_url=base_url, api_key=key, admin_api_key=key, max_retries=0, **more)


def example_file(name):
    return {"$file": name, "text": "Example data"}


def listed():
    """Tries each method on a transport that only notes where the request goes."""
    seen = []

    def note(request):
        seen.append({"method": request.method, "path": request.url.path})
        return httpx2.Response(200, json={})

    transport = httpx2.Client(transport=httpx2.MockTransport(note))
    client = client_for("http://probe", "none", http_client=transport)
    found = []
    for name, method in methods(client):
        seen.clear()
        arguments = arguments_of(method)
        required = {one.name for one in arguments if one.default is one.empty}
        every = {one.name for one in arguments}
        for names, example in [(required, str), (required, example_file), (every, str), (every, example_file)]:
            given = {one: one if one.endswith("_id") else example(one) for one in names}
            try:
                method(**with_files(given))
            except Exception:
                pass
            if seen:
                break
        if not seen:
            raise SystemExit(f"{name} made no call: is it a helper?")
        ids = [one for one in required if one in seen[0]["path"].split("/")]
        found.append({"name": name, **seen[0], "named": ids, "fields": sorted(every), "tried": given})
    return found


def with_files(value):
    if isinstance(value, dict) and "$file" in value:
        return (value["$file"], value["text"].encode())
    if isinstance(value, dict):
        return {name: with_files(each) for name, each in value.items()}
    return [with_files(each) for each in value] if isinstance(value, list) else value


def outcome(call):
    try:
        value = call()
    except Exception as error:
        return {"type": type(error).__name__, "value": getattr(error, "status_code", str(error))}
    if hasattr(value, "to_dict"):
        return {"type": type(value).__name__, "value": value.to_dict(mode="json")}
    return {"type": type(value).__name__, "value": value.text if hasattr(value, "text") else value}


def run(plan):
    client = client_for(os.environ["BASE_URL"], os.environ["API_KEY"])
    known = dict(methods(client))
    return [outcome(lambda: known[one["name"]](**with_files(one["arguments"]))) for one in plan]


if sys.argv[1] == "list":
    print(json.dumps(listed()))
else:
    with open(sys.argv[2], encoding="utf-8") as file:
        print(json.dumps(run(json.load(file))))
