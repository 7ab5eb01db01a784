"""The register's exports, judged by validators that are not ours: pySHACL for DCAT-AP and DPV,
jsonschema for the Eurocities standard, Python's own reader for the record of Article 30. Each
validator also has to refuse an export that something was taken from."""

import csv
import io
import json
import os
import pathlib
import sys
import urllib.request

import jsonschema
import pyshacl
import rdflib

WEB = os.environ["WEB"]
HERE = pathlib.Path(__file__).parent / "register"
FILES = {"dcat": "dcat.jsonld", "dpv": "dpv.jsonld", "algorithms": "algorithms.json", "article30": "article30.csv"}


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def address(name):
    return f"{WEB}/register/export/{FILES[name]}"


def export(name):
    with urllib.request.urlopen(address(name), timeout=30) as answer:
        return answer.read().decode()


def conforms(name, document):
    graph = rdflib.Graph()
    graph.parse(data=json.dumps(document), format="json-ld", publicID=address(name))
    shapes = "dcat-ap" if name == "dcat" else name
    holds, _, said = pyshacl.validate(graph, shacl_graph=str(HERE / f"{shapes}.ttl"), advanced=False)
    return holds, said, graph


def judged(name, victims):
    document = json.loads(export(name))
    holds, said, graph = conforms(name, document)
    check(holds, said)
    check(len(graph) > 20, f"{name}: only {len(graph)} statements were read")
    for path, member in victims:
        changed = json.loads(json.dumps(document))
        at = changed
        for step in path:
            at = at[step]
        check(at.pop(member, None) is not None, f"{name}: no {member}")
        check(not conforms(name, changed)[0], f"{name} is taken without {member}")
    print(f"ok: {name}, and refused without what it needs")


judged(
    "dcat",
    [
        ([], "dct:title"),
        (["dct:publisher"], "foaf:name"),
        (["dcat:dataset", 0], "dct:description"),
        (["dcat:dataset", 0, "dcat:distribution", 0], "dcat:accessURL"),
    ],
)
judged("dpv", [(["@graph", 0], "dpv:hasLegalBasis"), (["@graph", 0], "dpv:hasPurpose")])

schema = json.loads((HERE / "algorithms.schema.json").read_text())
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
algorithms = json.loads(export("algorithms"))
validator.validate(algorithms)
for member in ("risk_category", "contact_email", "publication_date"):
    for value in (None, "x"):
        changed = [dict(each) for each in algorithms]
        if value is None:
            del changed[0][member]
        else:
            changed[0][member] = value
        check(not validator.is_valid(changed), f"an algorithm whose {member} is {value}")
print(f"ok: {len(algorithms)} algorithm, and refused without what it needs")

rows = list(csv.DictReader(io.StringIO(export("article30"), newline=""), strict=True))
check(len(rows) > 3, "the record has no activities")
for row in rows:
    check(None not in row and None not in row.values(), f"a row of another length: {row}")
    # Article 30(1): controller, purposes, categories, recipients, transfers, limits, security
    for column in ("controller", "purpose", "legal basis", "categories of personal data", "recipients",
                   "transfers to other places", "ends", "security measures"):
        check(row[column].strip(), f"{row['activity']} says no {column}")
    check(all(not value or value[0] not in "=+-@\t\r" for value in row.values()), f"a formula: {row}")
print(f"ok: {len(rows)} activities of the record of Article 30")
