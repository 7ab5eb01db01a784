"""What stands between ceph/s3-tests and `./domicile proof s3-tests`: a plugin for pytest.

Each worker of pytest-xdist gets a configuration, and so accounts, of its own: the suite expects that
nobody else makes buckets while it lists them. The controller says how each test ended, one JSON object
a line on standard output, which nothing else writes to.
"""

import json
import os
import sys

_worker = os.environ.get("PYTEST_XDIST_WORKER")
os.environ["S3TEST_CONF"] = os.path.join(
    os.environ["DOMICILE_ACCOUNTS"], (_worker or "gw0") + ".conf"
)
_ended = {}
_collected = False


def _say(**fields):
    print(json.dumps(fields), file=sys.__stdout__, flush=True)


def pytest_xdist_node_collection_finished(node, ids):
    global _collected
    if not _collected:
        _collected = True
        _say(collected=len(ids))


def pytest_collectreport(report):
    if report.failed and _worker is None:
        _say(broken=str(report.longrepr)[-2000:])


def _why(report):
    if report.skipped and isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash is not None else str(report.longrepr)


def pytest_runtest_logreport(report):
    if _worker is not None:
        return
    outcome, why, seconds = _ended.pop(report.nodeid, ("passed", "", 0.0))
    # the first part that did not pass says how it ended, except that a failure outweighs a skip
    if not report.passed and outcome != "failed":
        outcome, why = report.outcome, "%s: %s" % (report.when, _why(report))
    seconds += report.duration
    if report.when in ("setup", "call"):
        _ended[report.nodeid] = (outcome, why, seconds)
    else:
        # after its teardown, or when the worker that ran it is gone
        _say(test=report.nodeid, outcome=outcome, seconds=round(seconds, 2), why=why[:500])
