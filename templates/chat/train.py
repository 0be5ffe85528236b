"""Learns to answer from conversations: rows of `messages` in, model.joblib out.

The model is a stand-in, so that the run around it can be tried on any machine in seconds: it answers with the answer of
the conversation in its training data that is most like the question (TF-IDF, nearest neighbour). It makes nothing up,
and it learns no language. Where your own language model goes is said below.
"""

import json
import os
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors


def read_conversations(channel: str) -> list[list[dict[str, str]]]:
    """The conversations in a channel, a directory of JSON Lines files; the last message of each is an answer."""
    files = sorted(Path(channel).glob("*.jsonl"))
    return [json.loads(line)["messages"] for file in files for line in file.open(encoding="utf-8")]


def main() -> None:
    conversations = read_conversations(os.environ["SM_CHANNEL_TRAIN"])
    print(f"conversations={len(conversations)}", flush=True)

    # Your own language model goes here, such as with the trainer of Hugging Face, which knows rows of `messages`:
    #
    #     from datasets import load_dataset
    #     from trl import SFTConfig, SFTTrainer
    #
    #     rows = load_dataset("json", data_dir=os.environ["SM_CHANNEL_TRAIN"], split="train")
    #     trainer = SFTTrainer(
    #         model="Qwen/Qwen3-0.6B",
    #         args=SFTConfig(output_dir="/tmp/checkpoints", num_train_epochs=3, logging_steps=10),
    #         train_dataset=rows,
    #     )
    #     trainer.train()
    #     trainer.save_model(os.environ["SM_MODEL_DIR"])
    #
    # With it, temper.yaml gets an image and an instance with a GPU, requirements.txt gets trl and datasets, train.metrics
    # gets loss: "'loss': '?([0-9.]+)", and inference.py loads what was saved.
    answers = [conversation[-1]["content"] for conversation in conversations]
    # With their answers, as the words of a question are often those of the answer.
    texts = [" ".join(message["content"] for message in conversation) for conversation in conversations]
    # Parts of words, so that "ship" and "shipping" have something in common.
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    neighbours = NearestNeighbors(n_neighbors=1, metric="cosine").fit(vectorizer.fit_transform(texts))

    # What stands in this directory at the end becomes model.tar.gz.
    joblib.dump((vectorizer, neighbours, answers), Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")


if __name__ == "__main__":
    main()
