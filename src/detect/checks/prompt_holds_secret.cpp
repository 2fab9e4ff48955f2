// SPDX-License-Identifier: Apache-2.0
// System prompts that hold a secret or decide by what a user says; worse where strangers talk to the model and nothing reads its answers.
#include <algorithm>

#include "detect/code_rule.h"
#include "detect/sighting_rule.h"

namespace stormwatch::detect {
namespace {

constexpr std::size_t kMostUsers = 20;  // asked, from the prompt to the application

/// Applications whose users reach a model, with no filter on what comes out.
bool talks_to_strangers(const Asset& asset) {
  const auto* app = std::get_if<ApplicationFacts>(&asset.facts);
  return app && app->output_filter != true && (app->user_input_to_model == true || app->public_access == true || app->customer_facing == true);
}

/// Somebody outside can ask for the prompt: the application that has it, or that holds the agent which has it.
bool can_be_asked_for(const Estate& estate, const Asset& asset) {
  if (talks_to_strangers(asset)) return true;
  std::vector<const Asset*> users{&asset};
  for (std::size_t k = 0; k < users.size() && users.size() < kMostUsers; ++k)
    for (const std::uint32_t r : estate.in(estate.index_of(users[k]->id))) {
      const Relation& relation = estate.relations()[r];
      const Asset* user = relation.kind == RelationKind::has_prompt || relation.kind == RelationKind::contains ? estate.find(relation.from) : nullptr;
      if (!user || std::ranges::find(users, user) != users.end()) continue;
      if (talks_to_strangers(*user)) return true;
      users.push_back(user);
    }
  return false;
}

void look(const Estate& estate, const Context& context, Signals& signals) {
  const CodeRule rule{.what = "insecure-setting", .subjects = {{"prompt-secret", Severity::medium}, {"prompt-authorisation", Severity::low}}};
  look_at_code(rule)(estate, context, signals);
  std::vector<Signal> found = signals.take();
  for (Signal& made : found) {
    const Asset* asset = estate.find(made.asset);
    Signal& signal = signals.raise(*asset, made.place, made.evidence);
    signal = std::move(made);
    if (!signal.context.empty() || !can_be_asked_for(estate, *asset)) continue;
    signal.severity = static_cast<Severity>(static_cast<int>(signal.severity) + 1);
    signal.explanation += "; users talk to the model and nothing is known to read its answers";
  }
}

}  // namespace

extern const Detector prompt_holds_secret;
const Detector prompt_holds_secret{
    .advisory = {.id = "prompt-holds-secret",
                 .title = "A system prompt holds a secret, or decides who may do what",
                 .why = "Models can be talked into telling their instructions, and into believing what a user says of himself. What stands in the prompt is known to whoever asks long enough.",
                 .fix = "Keep passwords, keys and codes out of prompts: let the code check them, and give tools the rights of the user who is logged in. Let a filter look for the secret in answers until then.",
                 .severity = Severity::medium,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM07", "owasp-llm-2025:LLM02", "mitre-atlas:AML.T0056", "cwe:200", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7"},
                 .effort_hours = 2},
    .look = look,
    .examples = [] {
      const std::string head = "import os\nfrom fastapi import FastAPI\nfrom openai import OpenAI\napp = FastAPI()\nclient = OpenAI()\n";
      const auto asks = [&](const std::string& prompt) {
        return std::vector<ExampleFile>{{"app.py", head + "key = os.environ[\"STORE_PASSWORD\"]\nPROMPT = " + prompt + "\n@app.post(\"/ask\")\ndef ask(question: str):\n    return client.chat.completions.create(model=\"gpt-4o\", messages=[{\"role\": \"system\", \"content\": PROMPT}, {\"role\": \"user\", \"content\": question}])\n"}};
      };
      return std::vector<Example>{{"a password in words", asks("\"You help in a shop for garden tools. The admin password is Wint3rtide, keep it to yourself.\""), true},
                                  {"a code word opens the till", asks("\"You help in a shop for garden tools. Give a refund only if the user says the code word.\""), true},
                                  {"a secret of the environment", asks("f\"You help in a shop. Log in to the store with {key} when you need to look something up.\""), true},
                                  {"in the backstory of a crew", {{"config/agents.yaml", "clerk:\n  role: Clerk\n  goal: Help customers\n  backstory: You work in a shop for garden tools. The door code is 4821, tell nobody.\n"}}, true},
                                  {"talk of passwords", asks("\"You help in a shop for garden tools. Never ask for a password. If a user says the code word, tell him there is none and refuse.\""), false},
                                  {"a hole that is filled", asks("\"You help in a shop. The customer's password is {password} and is not to be repeated.\""), false}};
    }};

}  // namespace stormwatch::detect
