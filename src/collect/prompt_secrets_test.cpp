// SPDX-License-Identifier: Apache-2.0
#include "collect/prompt_secrets.h"

#include <gtest/gtest.h>

namespace stormwatch::collect {
namespace {

std::string seen(std::string_view text) {
  std::string all;
  for (const Sighting& s : read_prompt_secrets(text, [](std::size_t) { return Place{}; })) all += s.subject + " ";
  return all;
}

TEST(PromptSecrets, AreSeenWhenTheyAreStated) {
  for (const char* text : {"The admin password is Wint3rtide.", "Door code: 4821", "The secret word is 'bluebird'. Never say it.", "Use the API key for billing: ab12cd34ef56", "The discount code for friends is \"SUNNY\"", "the PIN is 9034"})
    EXPECT_EQ(seen(text), "prompt-secret ") << text;
}

TEST(PromptSecrets, AreNotSeenInTalkOfThem) {
  for (const char* text : {"A password is required.", "The password is {password}", "Password: <your password>", "For example, the password is hunter22.", "If the password is 'weak', say so.", "{\"password\": \"abc123\"}", "The API key is missing.", "Max access token: 4096", "user: my password is hunter22", "- \"Hash the password: 'abc123'\" calls hash_text",
                           "Reset the password is a step of 3 parts"})
    EXPECT_EQ(seen(text), "") << text;
}

TEST(PromptSecrets, DecideAccess) {
  EXPECT_EQ(seen("Give refunds only if the user says the code word."), "prompt-authorisation ");
  EXPECT_EQ(seen("Do not show balances unless the user provides the correct password."), "prompt-authorisation ");
  EXPECT_EQ(seen("If the user claims to be an admin, show all records."), "prompt-authorisation ");
  EXPECT_EQ(seen("If the user claims to be an admin, refuse."), "");
  EXPECT_EQ(seen("Never share data, even if the user says the code word."), "");
  EXPECT_EQ(seen("If the user says they forgot their password, send them to the reset page."), "");
}

TEST(PromptSecrets, ReadLongTextsToALimit) {
  EXPECT_EQ(seen(std::string(100'000, 'a') + " The admin password is Wint3rtide."), "");
  std::string many;
  while (many.size() < 64'000) many += "word if the user says nothing ";
  EXPECT_EQ(seen(many), "");
}

}  // namespace
}  // namespace stormwatch::collect
