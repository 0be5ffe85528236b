"""All that a serving script has to do: load the model, and answer each line with one line."""

import json
import math
from pathlib import Path


def model_fn(model_dir):
    return json.loads((Path(model_dir) / "counts.json").read_text(encoding="utf-8"))


def input_fn(body, content_type):
    text = body.decode("utf-8") if isinstance(body, bytes) else body
    return [json.loads(line)["text"] for line in text.split("\n") if line.strip()]


def predict_fn(texts, model):
    return [max(model, key=lambda label: likelihood(model[label], text)) for text in texts]


def likelihood(words, text):
    total = sum(words.values())
    return sum(math.log((words.get(word, 0) + 1) / (total + len(words))) for word in text.lower().split())


def output_fn(labels, accept):
    return "".join(json.dumps({"label": label}) + "\n" for label in labels), accept
