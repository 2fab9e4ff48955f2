import openai
from langchain import x
yaml.load(f)
