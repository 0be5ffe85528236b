"""Serves the classifier: rows `{"text"}` in, rows `{"label", "score"}` out, score being the label's probability.

`application/jsonlines` is one row a line, `application/json` is one row or a list of them.
"""

import json
from pathlib import Path

import joblib


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    if content_type == "application/jsonlines":
        text = body if isinstance(body, str) else body.decode("utf-8")
        # Not splitlines(): texts may hold other separators, such as U+2028, that end no row.
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    raise ValueError(f"unsupported content type {content_type}; send application/jsonlines or application/json")


def predict_fn(data, model):
    rows = data if isinstance(data, list) else [data]
    scores = model.predict_proba([row["text"] for row in rows])
    answers = [{"label": str(model.classes_[row.argmax()]), "score": round(float(row.max()), 4)} for row in scores]
    return answers if isinstance(data, list) else answers[0]


def output_fn(prediction, accept):
    if accept == "application/jsonlines":
        answers = prediction if isinstance(prediction, list) else [prediction]
        return "".join(json.dumps(answer) + "\n" for answer in answers), accept
    return json.dumps(prediction), "application/json"
