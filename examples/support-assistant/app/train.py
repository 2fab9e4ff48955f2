"""Trains the intent classifier on last month's tickets."""
import json

import joblib
import mlflow
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

mlflow.set_tracking_uri("http://mlflow:5000")


def rows(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            yield row["text"], row["intent"]


def main():
    texts, intents = zip(*rows("data/train/tickets.jsonl"))
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000)).fit(texts, intents)
    joblib.dump(model, "models/intent-classifier.pkl")
    with mlflow.start_run():
        mlflow.sklearn.log_model(model, "intent-classifier", registered_model_name="intent-classifier")


if __name__ == "__main__":
    main()
