"""All that a training script has to do: read its channels, and leave a model in a directory."""

import json
import os
from collections import Counter
from pathlib import Path

# The training split, one JSON object a line. Hyperparameters of temper.yaml come as arguments: --epochs 3.
rows = []
for file in Path(os.environ["SM_CHANNEL_TRAIN"]).glob("*.jsonl"):
    rows += [json.loads(line) for line in file.open(encoding="utf-8")]

# The model: how often each word stands under each label.
counts = {}
for row in rows:
    counts.setdefault(row["label"], Counter()).update(row["text"].lower().split())

# What is printed is the job's log, and train.metrics of temper.yaml says which numbers of it count.
print(f"words={sum(len(words) for words in counts.values())}", flush=True)

# What stands here at the end becomes model.tar.gz. Any exit code but 0 fails the run.
(Path(os.environ["SM_MODEL_DIR"]) / "counts.json").write_text(json.dumps(counts), encoding="utf-8")
