"""Writes the prompts of questions, given as JSON in a file, as JSON."""

import json
import sys

from rocketride.schema import Question

with open(sys.argv[1]) as file:
    questions = json.load(file)
prompts = [Question.model_validate(it).getPrompt() for it in questions]
json.dump(prompts, sys.stdout)
