"""Routes a message to a queue with the intent classifier."""
import joblib
from transformers import AutoModelForSequenceClassification, AutoTokenizer

classifier = joblib.load("models/intent-classifier.pkl")
language_model = AutoModelForSequenceClassification.from_pretrained("acme-labs/ticket-language", trust_remote_code=True)
tokenizer = AutoTokenizer.from_pretrained("acme-labs/ticket-language", trust_remote_code=True)


def intent_of(message: str) -> str:
    return classifier.predict([message])[0]
