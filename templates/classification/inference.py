"""Serves the classifier: a line of {"text"} in, a line of {"label", "score"} out, in the same order."""

import json
from pathlib import Path

import joblib


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    text = body.decode("utf-8") if isinstance(body, bytes) else body
    # Not splitlines(): texts may hold other separators, such as U+2028, that end no row.
    return [json.loads(line)["text"] for line in text.split("\n") if line.strip()]


def predict_fn(texts, model):
    scores = model.predict_proba(texts)
    return [{"label": str(model.classes_[row.argmax()]), "score": round(float(row.max()), 4)} for row in scores]


def output_fn(answers, accept):
    return "".join(json.dumps(answer) + "\n" for answer in answers), accept
