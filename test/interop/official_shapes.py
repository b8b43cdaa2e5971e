"""Reads JSON of a file as official clients do: logs, and pairs of pipelines."""

import copy
import json
import sys

from rocketride._log_codec import SegmentDecoder, normalize_stamps
from rocketride.pipediff.engine import diff_pipes
from rocketride.pipediff.reporters import render_json


def decode(lines):
    decoder = SegmentDecoder()
    keyframe, *events = lines
    decoder.seed(keyframe)
    # Stamps are put into bodies, which the next ones are differences from.
    whole = [copy.deepcopy(decoder.decode(it)) for it in events]
    return [normalize_stamps(it)["body"] for it in whole]


def compare(older, newer, layout):
    return render_json(diff_pipes(older, newer, include_layout=layout))


with open(sys.argv[1]) as file:
    given = json.load(file)
seen = {
    "logs": [decode(lines) for lines in given["logs"]],
    "diffs": [compare(*it) for it in given["pairs"]],
}
json.dump(seen, sys.stdout)
