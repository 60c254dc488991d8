"""Every operation with every scope, with none and with keys that are none: 401, 403 or let in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from modiste.data.store.scopes import SCOPES
from tests.reliability.clients import Answer, Ask, Client
from tests.reliability.keys import NO_RATES, make_keys
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service
from tests.reliability.store_server import store_server

#: The probes, the page with what makes it an app and the contract are for anybody; whatever else
#: were, would be a mistake.
_OPEN: Final = frozenset(
    {
        "alive",
        "ready",
        "page",
        "board",
        "openapi",
        "manifest",
        "service_worker",
        "share",
        "get_runtime",
    }
)
_NO_KEY: Final = ("none", "made up", "expired", "revoked", "damaged")
#: Ids that are nobody's.
_ARGUMENTS: Final = dict.fromkeys(
    ("item_id", "user_id", "release_id", "sha256", "version", "name"), "nobodys"
)


def scopes(run: Run) -> Outcome:
    """Ask for each operation of the contract with each key."""
    made = run.releases("scopes")
    with store_server(run.folder / "scopes-store") as store:
        wanted = {scope: [scope] for scope in SCOPES}
        wanted |= {f"all but {scope}": [one for one in SCOPES if one != scope] for scope in SCOPES}
        wanted |= {"expired": list(SCOPES), "revoked": list(SCOPES)}
        true = make_keys(store.url, wanted)
        mark, prefix, secret = true["admin"].split("_", 2)
        keys: dict[str, str | None] = {"none": None, **true}
        keys["made up"] = f"{mark}_{'0' * len(prefix)}_{secret}"
        keys["damaged"] = f"{mark}_{prefix}_{secret[::-1]}"
        options = ("--database", store.url, "--require-keys", *NO_RATES)
        log = run.folder / "scopes.log"
        with Service(made.folder, *options, log=log) as service:
            document = json.loads(service.ask("GET", "/openapi.json")[1])
            wrong, seen, unguarded = _ask_all(service.port, document, keys, wanted)
        secrets = [key for key in keys.values() if key is not None]
        told = [key for key in secrets if key.encode() in log.read_bytes()]
    operations = [one for path in document["paths"].values() for one in path.values()]
    figures = {
        "operations": len(operations),
        "keys": len(keys),
        "requests": sum(seen.values()),
        "answers": {str(status): n for status, n in sorted(seen.items())},
        "open_to_all": sorted(unguarded),
        "wrong": len(wrong),
        "first_wrong": wrong[:5],
    }
    return Outcome.of(
        figures,
        right_401_and_403=not wrong,
        only_these_are_open=unguarded == _OPEN,
        every_scope_opens_something=set(SCOPES) <= {_scope(one) for one in operations},
        no_key_in_the_log=not told,
    )


def _ask_all(
    port: int,
    document: Mapping[str, Any],
    keys: Mapping[str, str | None],
    wanted: Mapping[str, list[str]],
) -> tuple[list[str], Counter[int], set[str]]:
    wrong: list[str] = []
    seen: Counter[int] = Counter()
    unguarded: set[str] = set()
    for name, key in keys.items():
        client = Client(port, key)
        held = [] if name in _NO_KEY else wanted[name]
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                scope = _scope(operation)
                if scope is None:
                    unguarded.add(operation["operationId"])
                answer = client.ask(_least(method, path, operation))
                seen[answer.status] += 1
                problem = misjudged(answer, scope, held, has_key=name not in _NO_KEY)
                if problem is not None:
                    wrong.append(f"{operation['operationId']} with {name}: {problem}")
        client.close()
    return wrong, seen, unguarded


def misjudged(answer: Answer, scope: str | None, held: list[str], *, has_key: bool) -> str | None:
    """Return what is wrong with an answer to a key that holds some scopes, if anything is."""
    expected = None
    if scope is not None and not has_key:
        expected = 401
    elif scope is not None and scope not in held:
        expected = 403
    refused = answer.status in (401, 403)
    if answer.status == 0 or (answer.status >= 500 and answer.status != 503):
        return f"{answer.status} {answer.content!r:.200}"
    if expected is None:
        return f"{answer.status}, and is allowed" if refused else None
    return None if answer.status == expected else f"{answer.status} instead of {expected}"


def _scope(operation: Mapping[str, Any]) -> str | None:
    security = operation["security"]
    return security[0]["key"][0] if security else None


def _least(method: str, path: str, operation: Mapping[str, Any]) -> Ask:
    """Return a request that changes nothing: what it names is nobody's, its body is no good."""
    filled = re.sub(r"\{(\w+)\}", lambda found: _ARGUMENTS[found[1]], path)
    kinds = list(operation.get("requestBody", {}).get("content", ()))
    body = b"{" if kinds else b""
    return Ask(method.upper(), filled, body, kinds[0] if kinds else "application/json")
