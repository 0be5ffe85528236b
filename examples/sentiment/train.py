"""Trains a sentiment classifier on JSON Lines rows of `text` and `label`, from scratch or from an earlier model.

SageMaker runs it: data comes in channels (directories), hyperparameters as arguments, and what stands in the model
directory at the end becomes model.tar.gz. A channel named `model` holds the model.tar.gz to go on from.
"""

import argparse
import json
import os
import tarfile
from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline, make_pipeline

SEED = 7


def read_rows(channel: str) -> tuple[list[str], np.ndarray]:
    """The texts and labels of every JSON Lines file in a channel."""
    rows = []
    for file in sorted(Path(channel).glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    return [row["text"] for row in rows], np.array([row["label"] for row in rows])


def new_model(alpha: float) -> Pipeline:
    # Hashing needs no vocabulary, so that a model can learn words that its base has never seen.
    vectorizer = HashingVectorizer(ngram_range=(1, 2), n_features=2**18)
    return make_pipeline(vectorizer, SGDClassifier(loss="log_loss", alpha=alpha, random_state=SEED))


def load_model(channel: str) -> Pipeline:
    """The model in a channel's model.tar.gz."""
    with tarfile.open(Path(channel) / "model.tar.gz") as archive:
        return joblib.load(archive.extractfile("model.joblib"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--alpha", type=float, default=1e-5, help="regularization of a new model")
    arguments = parser.parse_args()

    base = os.environ.get("SM_CHANNEL_MODEL")
    model = load_model(base) if base else new_model(arguments.alpha)
    vectorizer, classifier = (step for _, step in model.steps)

    texts, labels = read_rows(os.environ["SM_CHANNEL_TRAIN"])
    features = vectorizer.transform(texts)
    validation = os.environ.get("SM_CHANNEL_VALIDATION")
    held_out = read_rows(validation) if validation else None
    print(f"{'fine-tuning the base' if base else 'training from scratch'} on {len(texts)} rows", flush=True)

    classes = classifier.classes_ if base else np.unique(labels)
    random = np.random.default_rng(SEED)
    for epoch in range(1, arguments.epochs + 1):
        order = random.permutation(len(texts))
        classifier.partial_fit(features[order], labels[order], classes=classes)
        loss = log_loss(labels, classifier.predict_proba(features), labels=classes)
        progress = f"epoch={epoch} loss={loss:.4f}"
        if held_out:
            progress += f" validation_accuracy={model.score(*held_out):.4f}"
        print(progress, flush=True)

    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")


if __name__ == "__main__":
    main()
