"""Serves the model: a line of {"messages"} in, a line of {"completion"} out, in the same order.

For a language model: load it in model_fn with AutoModelForCausalLM and AutoTokenizer, and let predict_fn answer with
what generate() makes of apply_chat_template(messages, add_generation_prompt=True).
"""

import json
from pathlib import Path

import joblib


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    text = body.decode("utf-8") if isinstance(body, bytes) else body
    # Not splitlines(): texts may hold other separators, such as U+2028, that end no row.
    return [json.loads(line)["messages"][-1]["content"] for line in text.split("\n") if line.strip()]


def predict_fn(questions, model):
    vectorizer, neighbours, answers = model
    _, nearest = neighbours.kneighbors(vectorizer.transform(questions))
    return [answers[index] for index in nearest[:, 0]]


def output_fn(answers, accept):
    return "".join(json.dumps({"completion": answer}) + "\n" for answer in answers), accept
