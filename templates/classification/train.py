"""Trains a text classifier: rows of `text` and `label` in, model.joblib out."""

import argparse
import json
import os
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def read_rows(channel: str) -> tuple[list[str], list[str]]:
    """The texts and labels in a channel, a directory of JSON Lines files."""
    files = sorted(Path(channel).glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.open(encoding="utf-8")]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-iter", type=int, default=1000)
    arguments = parser.parse_args()

    texts, labels = read_rows(os.environ["SM_CHANNEL_TRAIN"])
    # Your model goes here. Parts of words, so that "ship" and "shipping" have something in common.
    model = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        LogisticRegression(C=10, max_iter=arguments.max_iter),
    )
    model.fit(texts, labels)
    print(f"training_accuracy={model.score(texts, labels):.4f}", flush=True)

    # What stands in this directory at the end becomes model.tar.gz.
    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")


if __name__ == "__main__":
    main()
