import openai
openai.OpenAI()
