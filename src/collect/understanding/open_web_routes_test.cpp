// SPDX-License-Identifier: Apache-2.0
// How sure an open route is: what stands beside it may ask, and is told.
#include <gtest/gtest.h>

#include <map>

#include "collect/folder_sample.h"

namespace stormwatch::collect {
namespace {

const std::string kAgent = "from fastapi import FastAPI\nfrom agents import Agent, Runner\nagent = Agent(name='desk', tools=[pay])\napp = FastAPI()\n@app.post('/ask')\nasync def ask(q: str):\n    return await Runner.run(agent, q)\n";

/// The open routes among the sightings: subject, confidence and detail.
std::vector<Sighting> routes_in(const std::map<std::string, std::string>& files) {
  FolderSample folder;
  for (const auto& [path, text] : files) folder.write(path, text);
  std::vector<Sighting> out;
  for (const Observation& seen : folder.scan())
    for (const Asset& asset : seen.assets)
      for (const Sighting& s : asset.sightings)
        if (s.subject == "agent-route-open" || s.subject == "model-route-open") out.push_back(s);
  return out;
}

TEST(OpenWebRoutes, AreAsSureAsWhatStandsBesideThem) {
  const auto served = routes_in({{"main.py", kAgent}, {"Dockerfile", "FROM python\n"}});
  ASSERT_EQ(served.size(), 1U);
  EXPECT_EQ(served[0].subject, "agent-route-open");
  EXPECT_EQ(served[0].confidence, Confidence::medium);
  for (const auto& [path, text] : std::map<std::string, std::string>{{"login.py", "def login(): pass\n"}, {"nginx.conf", "location / { auth_request /check; }\n"}}) {
    const auto doubted = routes_in({{"main.py", kAgent}, {"Dockerfile", "FROM python\n"}, {path, text}});
    ASSERT_EQ(doubted.size(), 1U) << path;
    EXPECT_EQ(doubted[0].confidence, Confidence::low) << path;
  }
  const auto alone = routes_in({{"main.py", kAgent}});
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0].confidence, Confidence::low) << "nothing serves it beyond this machine";
}

TEST(OpenWebRoutes, AreFollowedThroughClassesAndValuesOfOtherFiles) {
  const std::string route = "from fastapi import FastAPI\nfrom desk import helper\napp = FastAPI()\n@app.post('/ask')\nasync def ask(q: str):\n    return await helper.answer(q)\n";
  const std::string helper = "from core import Helper\nhelper = Helper()\n", core = "from openai import AsyncOpenAI\nclient = AsyncOpenAI()\nclass Helper:\n    async def answer(self, q):\n        return await self.ask(q)\n    async def ask(self, q):\n        return await client.responses.create(model='gpt-4o', input=q)\n";
  const auto found = routes_in({{"main.py", route}, {"desk.py", helper}, {"core.py", core}, {"Dockerfile", "FROM python\n"}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].subject, "model-route-open");
  EXPECT_TRUE(routes_in({{"main.py", route}, {"desk.py", helper}, {"core.py", "class Helper:\n    async def answer(self, q):\n        return q\n"}, {"Dockerfile", "FROM python\n"}}).empty());
}

TEST(OpenWebRoutes, ALayerThatLetsEveryoneThroughAsksNobody) {
  const auto with = [&](const std::string& layer) { return routes_in({{"main.py", kAgent + layer}, {"Dockerfile", "FROM python\n"}}).size(); };
  EXPECT_EQ(with("app.add_middleware(CORSMiddleware, allow_origins=['*'])\n"), 1U);
  EXPECT_EQ(with("@app.middleware('http')\nasync def log(request, call_next):\n    return await call_next(request)\n"), 1U);
  EXPECT_EQ(with("app.add_middleware(KeyMiddleware)\n"), 0U) << "what is not known may ask";
}

}  // namespace
}  // namespace stormwatch::collect
