// SPDX-License-Identifier: Apache-2.0
// The forecast over small estates: what it comes to, that controls never hurt, and that names do not matter.
#include "forecast/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "forecast/incidents.h"
#include "forecast/step_rules.h"
#include "forecast/trend.h"
#include "graph/merge.h"

namespace stormwatch::forecast {
namespace {

const StepRules& rules() {
  static const auto loaded = load_steps({});
  return **loaded;
}

/// A support assistant: a public web application with an agent that reads tickets, a mail tool, a customer database, a cloud role.
struct Assistant {
  Observation seen;
  std::vector<Finding> findings;
  AssetId application, agent, mail, database, endpoint, package;

  explicit Assistant(const std::string& prefix = "", bool approval = false, bool exposed = true) {
    ApplicationFacts app;
    app.public_access = true;
    app.customer_facing = true;
    app.user_input_to_model = true;
    application = seen.add(make_asset(prefix + "app", prefix + "assistant", app));
    AgentFacts bot;
    bot.reads_untrusted = true;
    bot.capabilities = {"message-send", "read-sensitive"};
    bot.human_approval = approval;
    agent = seen.add(make_asset(prefix + "app#bot", prefix + "bot", bot));
    ToolFacts send;
    send.capabilities = {"message-send"};
    send.human_approval = approval;
    mail = seen.add(make_asset(prefix + "app#mail", prefix + "mail", send));
    DatastoreFacts data;
    data.sensitivity = "confidential";
    database = seen.add(make_asset(prefix + "db", prefix + "customers", data));
    EndpointFacts api;
    api.product = "mlflow";
    api.exposure = exposed ? "internet" : "internal";
    api.authentication = "none";
    api.code_execution = true;
    endpoint = seen.add(make_asset(prefix + "api", prefix + "tracking", api));
    WorkloadFacts pod;
    const AssetId workload = seen.add(make_asset(prefix + "pod", prefix + "pod", pod));
    IdentityFacts role;
    role.platform = "aws";
    const AssetId identity = seen.add(make_asset(prefix + "role", prefix + "role", role));
    PackageFacts library;
    library.version = "1.0";
    package = seen.add(make_asset(prefix + "pypi/thing@1.0", prefix + "thing", library));
    seen.relate(application, RelationKind::contains, agent);
    seen.relate(application, RelationKind::depends_on, package);
    seen.relate(agent, RelationKind::has_tool, mail);
    seen.relate(agent, RelationKind::reads, database);
    seen.relate(workload, RelationKind::exposes, endpoint);
    seen.relate(workload, RelationKind::authenticates_as, identity);
    seen.relate(identity, RelationKind::reads, database);
    Finding flaw;
    flaw.signal.rule = "package-vulnerable";
    flaw.signal.asset = package;
    flaw.signal.severity = Severity::critical;
    flaw.signal.identifiers = {"CVE-2030-0001"};
    flaw.signal.vulnerability = VulnerabilityFacts{.epss = 0.9, .known_exploited = true, .cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", .cvss = 9.8, .fixed_version = "1.1", .malicious = false};
    flaw.id = FindingId::of({"package-vulnerable", prefix});
    flaw.title = "Vulnerable package";
    flaw.effort_hours = 1;
    findings.push_back(flaw);
  }
  Forecast run(const ForecastOptions& options = {}) {
    const Estate estate = graph::merge({seen});
    auto out = forecast(estate, findings, rules(), options);
    EXPECT_TRUE(out) << out.error().message();
    return out ? *out : Forecast{};
  }
};

const Incident* incident(const Forecast& forecast, std::string_view type, AssetId asset = {}) {
  for (const Incident& one : forecast.incidents)
    if (one.type == type && (!asset || one.asset == asset)) return &one;
  return nullptr;
}

TEST(Forecast, FindsDataLossThroughTheAgentWithItsPathAndActions) {
  Assistant assistant;
  const Forecast out = assistant.run();
  const Incident* loss = incident(out, "I1");
  ASSERT_NE(loss, nullptr);
  EXPECT_GT(loss->chance.p90, 0.05);
  EXPECT_LE(loss->chance.low, loss->chance.p90);
  EXPECT_GE(loss->chance.high, loss->chance.p90);
  EXPECT_LE(loss->chance.p7, loss->chance.p30);
  EXPECT_LE(loss->chance.p30, loss->chance.p90);
  ASSERT_FALSE(loss->paths.empty());
  EXPECT_GE(loss->paths.front().steps.size(), 3U);
  EXPECT_FALSE(loss->evidence_tier.empty());
  EXPECT_FALSE(loss->drivers.empty());
  const Incident* code = incident(out, "I2");
  ASSERT_NE(code, nullptr);
  EXPECT_FALSE(out.actions.empty());
  for (const Action& action : out.actions) {
    EXPECT_GT(action.loss_reduction, 0);
    EXPECT_LE(action.loss_low, action.loss_high);
    EXPECT_FALSE(action.effects.empty()) << action.title;
    for (const ActionEffect& effect : action.effects) EXPECT_LE(effect.after, effect.before + 1e-12);
  }
  EXPECT_TRUE(std::ranges::any_of(out.actions, [](const Action& a) { return a.title == "Upgrade thing to 1.1" && a.findings.size() == 1; }));
  EXPECT_FALSE(out.unobserved.empty());
  EXPECT_GT(out.expected_loss, 0);
}

TEST(Forecast, ControlsNeverRaiseAndRemovedExposureNeverRaises) {
  const Forecast before = Assistant().run();
  for (const Forecast& after : {Assistant("", true).run(), Assistant("", false, false).run()})
    for (const Incident& one : after.incidents) {
      const Incident* same = incident(before, one.type, one.asset);
      EXPECT_TRUE(!same || one.chance.p90 <= same->chance.p90 + 0.01) << one.type;
    }
}

TEST(Forecast, EveryOfferedActionLowersTheLossAsWhatIf) {
  Assistant assistant;
  const Forecast before = assistant.run();
  for (const Action& action : before.actions) {
    ForecastOptions options;
    options.what_if = {action.id.text()};
    const Forecast after = assistant.run(options);
    EXPECT_LT(after.expected_loss, before.expected_loss) << action.title;
    EXPECT_FALSE(std::ranges::any_of(after.actions, [&](const Action& a) { return a.id == action.id; }));
  }
  ForecastOptions options;
  options.what_if = {"no such thing"};
  const Estate estate = graph::merge({assistant.seen});
  const auto refused = forecast(estate, assistant.findings, rules(), options);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(std::ranges::any_of(before.actions, [&](const Action& one) { return refused.error().expected.find(one.id.text() + " (" + one.title) != std::string::npos; })) << "it names actions that there are";
}

TEST(Forecast, SameSeedSameAnswerWithAnyThreadsAndABudgetHolds) {
  Assistant assistant;
  ForecastOptions one, many;
  one.jobs = 1;
  many.jobs = 8;
  const Forecast a = assistant.run(one), b = assistant.run(many);
  ASSERT_EQ(a.incidents.size(), b.incidents.size());
  for (std::size_t i = 0; i < a.incidents.size(); ++i) EXPECT_EQ(a.incidents[i].chance.p90, b.incidents[i].chance.p90);
  ASSERT_EQ(a.actions.size(), b.actions.size());
  for (std::size_t i = 0; i < a.actions.size(); ++i) EXPECT_EQ(a.actions[i].title, b.actions[i].title);
  one.budget_hours = 8;
  double hours = 0;
  for (const Action& action : assistant.run(one).actions) hours += action.effort_hours;
  EXPECT_LE(hours, 8);
  EXPECT_GT(hours, 0);
}

TEST(Forecast, WhatTheOrganisationSaysCounts) {
  Assistant assistant;
  const auto said = organisation_of("appetite: 1000\nincidents: {I2: {p90: 9000000}}\ncrown_jewels: [\"datastore:customers\"]\nvalues: {\"agent:bot\": 7000000}\n"
                                    "controls: [{control: egress-allowlist, at: \"tool:*\"}]\nowners: {\"agent:*\": agents, \"*\": platform}\n", "org.yaml", rules());
  ASSERT_TRUE(said) << said.error().message();
  ForecastOptions options;
  options.organisation = std::make_shared<const Organisation>(*said);
  const Forecast before = assistant.run(), after = assistant.run(options);
  const Incident* code = incident(after, "I2");
  ASSERT_NE(code, nullptr);
  EXPECT_EQ(code->impact_p90, code->asset == assistant.agent ? 7e6 : 9e6) << "a stated value comes before the type's cost";
  const Incident* agent = incident(after, "I4", assistant.agent);
  ASSERT_NE(agent, nullptr);
  EXPECT_EQ(agent->impact_p90, 7e6);
  EXPECT_EQ(agent->owner, "agents");
  for (const Incident& one : after.incidents) {
    if (const Incident* same = incident(before, one.type, one.asset)) {
      EXPECT_LE(one.chance.p90, same->chance.p90 + 1e-9) << "a stated control never raises a chance";
    }
  }
  const auto closed = organisation_of("facts: {\"application:*\": {public_access: false, self_signup: false}, \"endpoint:*\": {exposure: internal}, \"agent:*\": {reads_untrusted: false}}", "org.yaml", rules());
  ASSERT_TRUE(closed) << closed.error().message();
  options.organisation = std::make_shared<const Organisation>(*closed);
  EXPECT_LT(assistant.run(options).expected_loss, 0.8 * before.expected_loss);
  for (const char* broken : {"facts: {x: {no_such: 1}}", "facts: {\"agent:*\": {reads_untrusted: perhaps}}", "appetite: -1", "owner: {}", "controls: [{control: magic, at: x}]", "incidents: {I99: {p90: 3}}", "controls: [{contrl: dlp}]", "[]"})
    EXPECT_FALSE(organisation_of(broken, "org.yaml", rules())) << broken;
  EXPECT_NE(organisation_of("owners: {}\nappetit: 3", "org.yaml", rules()).error().message().find("org.yaml:2"), std::string::npos);
}

TEST(Forecast, TrendIsSharedAmongWhatChanged) {
  Assistant old("", true, false), now("", false, true);
  now.findings[0].signal.vulnerability->epss = 0.97;
  const Estate before = graph::merge({old.seen}), after = graph::merge({now.seen});
  const auto out = trend({&before, old.findings}, {&after, now.findings}, rules(), {});
  ASSERT_TRUE(out);
  EXPECT_GT(out->after.mean, out->before.mean);
  double sum = 0;
  for (const TrendPart& part : out->parts) sum += part.change;
  EXPECT_NEAR(sum, out->after.mean - out->before.mean, 1e-9 * out->after.mean);
  const auto part = [&](std::string_view start) { return std::ranges::find_if(out->parts, [&](const TrendPart& p) { return p.group.starts_with(start); }); };
  ASSERT_NE(part("services"), out->parts.end());
  EXPECT_GT(part("services")->change, 0);
  ASSERT_NE(part("agents"), out->parts.end());
  EXPECT_GT(part("agents")->change, 0);
  ASSERT_NE(part("known exploitation"), out->parts.end());
  EXPECT_EQ(part("data"), out->parts.end());
  const auto same = trend({&after, now.findings}, {&after, now.findings}, rules(), {});
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->parts.empty());
  EXPECT_EQ(same->before.mean, same->after.mean);
}

TEST(Forecast, ActionsSayHowToVerifyThemAndUpgradesCarryTheirCommand) {
  Assistant assistant;
  for (Asset& asset : assistant.seen.assets)
    if (auto* package = std::get_if<PackageFacts>(&asset.facts)) package->ecosystem = "PyPI";
  ForecastOptions options;
  options.target = "folder";
  const Forecast out = assistant.run(options);
  for (const Action& action : out.actions) EXPECT_FALSE(action.verify.empty()) << action.title;
  const auto upgrade = std::ranges::find_if(out.actions, [](const Action& a) { return a.title.starts_with("Upgrade thing"); });
  ASSERT_NE(upgrade, out.actions.end());
  EXPECT_EQ(upgrade->patch, "pip install --upgrade 'thing>=1.1'");
  EXPECT_EQ(upgrade->verify, "stormwatch explain " + assistant.findings[0].id.text() + " folder  (it is no longer found)");
  for (const Bundle& bundle : out.bundles) EXPECT_LE(bundle.after, bundle.before);
}

TEST(Forecast, LikeIncidentsAreOneGroupWithTheChanceOfAny) {
  Observation seen;
  for (const char* name : {"a", "b", "c"}) {
    ApplicationFacts facts;
    facts.public_access = true;
    facts.customer_facing = true;
    facts.user_input_to_model = true;
    facts.output_filter = false;
    seen.add(make_asset(std::string("app-") + name, name, facts));
  }
  const Estate estate = graph::merge({seen});
  const auto out = forecast(estate, {}, rules(), {});
  ASSERT_TRUE(out);
  std::size_t members = 0;
  bool three = false;
  for (const IncidentGroup& group : out->groups) {
    members += group.members.size();
    double highest = 0;
    for (IncidentId id : group.members) {
      const auto one = std::ranges::find(out->incidents, id, &Incident::id);
      ASSERT_NE(one, out->incidents.end());
      EXPECT_EQ(one->group, group.id);
      highest = std::max(highest, one->chance.p30);
    }
    EXPECT_GE(group.any30, highest);
    if (group.members.size() != 3) continue;
    three = true;
    EXPECT_GT(group.any30, highest + 0.01);
  }
  EXPECT_EQ(members, out->incidents.size());
  EXPECT_TRUE(three);
}

TEST(Forecast, RenamingEverythingChangesLittle) {
  // Other names are other random numbers; what is enumerated must agree to the last digits.
  const Forecast a = Assistant().run(), b = Assistant("renamed-").run();
  ASSERT_EQ(a.incidents.size(), b.incidents.size());
  for (const Incident& one : a.incidents) {
    double nearest = 1;
    for (const Incident& other : b.incidents)
      if (other.type == one.type) nearest = std::min(nearest, std::abs(other.chance.p90 - one.chance.p90));
    EXPECT_LE(nearest, one.exact ? 1e-9 : 0.03) << one.type;
  }
}

TEST(Forecast, ALeakedKeyIsRotatedFirstAndNoActionRepeatsItsTitle) {
  Observation seen;
  ApplicationFacts facts;
  facts.public_access = true;
  const AssetId application = seen.add(make_asset("app", "assistant", facts));
  SecretFacts key;
  key.type = "cloud-key";
  key.exposure = "public";
  key.test_value = false;
  key.fingerprint = "f1";
  const AssetId secret = seen.add(make_asset("aws:f1", "aws key", key));
  IdentityFacts role;
  role.platform = "aws";
  role.can_escalate = true;
  const AssetId identity = seen.add(make_asset("role", "runner", role));
  DatasetFacts rows;
  rows.personal_data = {"email"};
  const AssetId data = seen.add(make_asset("file:rows.jsonl", "rows.jsonl", rows));
  seen.relate(application, RelationKind::stores_secret, secret);
  seen.relate(application, RelationKind::reads, data);
  seen.relate(secret, RelationKind::grants_access, identity);
  Finding finding;
  finding.id = FindingId::of({"k"});
  finding.signal.rule = "cloud-key-exposed";
  finding.signal.asset = secret;
  finding.signal.severity = Severity::critical;
  finding.vector = Vector::sensitive_data;
  finding.remediation = "Disable the key.";
  const Estate estate = graph::merge({seen});
  const auto out = forecast(estate, std::vector{finding}, rules(), {});
  ASSERT_TRUE(out);
  auto place = [&](std::string_view start) {
    return std::ranges::find_if(out->actions, [&](const Action& a) { return a.title.starts_with(start); }) - out->actions.begin();
  };
  const auto rotate = place("Revoke and rotate aws key");
  ASSERT_LT(rotate, static_cast<std::ptrdiff_t>(out->actions.size()));
  EXPECT_LT(rotate, place("Move aws key"));
  EXPECT_EQ(out->actions[static_cast<std::size_t>(rotate)].findings.size(), 1U);
  EXPECT_EQ(out->actions[static_cast<std::size_t>(rotate)].how, "Disable the key.");
  for (const Action& action : out->actions) {
    EXPECT_FALSE(action.how.empty()) << action.title;
    EXPECT_EQ(action.how.find(action.title), std::string::npos) << action.title;
    EXPECT_EQ(action.title.find("outgoing traffic of rows.jsonl"), std::string::npos) << "nobody can do that to a file";
    for (std::size_t i = 1; i < action.effects.size(); ++i)
      EXPECT_GE(action.effects[i - 1].before - action.effects[i - 1].after, action.effects[i].before - action.effects[i].after - 1e-12);
  }
}

TEST(Forecast, AKeyInTestsAndDocumentationBearsNoStep) {
  const auto incidents_with = [&](const std::vector<std::string>& contexts) {
    Observation seen;
    SecretFacts key;
    key.type = "provider-key";
    key.exposure = "configuration";
    key.test_value = false;
    const AssetId secret = seen.add(make_asset("openai:f1", "key", key));
    std::vector<Finding> findings;
    for (const std::string& context : contexts) {
      Finding& finding = findings.emplace_back();
      finding.id = FindingId::of({"k", context});
      finding.signal.rule = "ai-provider-key-exposed";
      finding.signal.asset = secret;
      finding.signal.context = context;
      finding.vector = Vector::sensitive_data;
    }
    const auto out = forecast(graph::merge({seen}), findings, rules(), {});
    EXPECT_TRUE(out);
    return out ? out->incidents.size() : 0;
  };
  EXPECT_GT(incidents_with({""}), 0U);
  EXPECT_EQ(incidents_with({"test", "documentation"}), 0U);
  EXPECT_GT(incidents_with({"test", ""}), 0U);
}

TEST(Forecast, WhatStandsAmongExamplesIsSeldomInUse) {
  const auto chance_at = [&](const std::vector<std::string>& paths) {
    Observation seen;
    for (const std::string& path : paths)
      seen.add(make_asset("e:" + path, "jupyter", EndpointFacts{.exposure = "internet", .authentication = "none", .code_execution = true}, Place{.path = path}));
    const auto out = forecast(graph::merge({seen}), {}, rules(), {});
    EXPECT_TRUE(out);
    double any = 0;
    for (const Incident& incident : out->incidents) any = std::max(any, incident.chance.p90);
    return any;
  };
  const double own = chance_at({"deploy/compose.yaml"});
  EXPECT_GT(own, 0.3);
  EXPECT_LT(chance_at({"examples/a/compose.yaml"}), 0.15 * own);
  EXPECT_GT(chance_at({"examples/a/compose.yaml"}), 0.05 * own);
  EXPECT_LT(chance_at({"tests/compose.yaml"}), 0.05 * own);
  // One assumption for a folder: ten of its examples are not ten chances.
  std::vector<std::string> many;
  for (int i = 0; i < 10; ++i) many.push_back("examples/" + std::to_string(i) + "/compose.yaml");
  EXPECT_LT(chance_at(many), 0.15);
}

TEST(Forecast, AKeyThatEndsByItselfIsSeldomUsed) {
  const auto chance_of = [&](std::optional<bool> short_lived) {
    Observation seen;
    seen.add(make_asset("k", "key", SecretFacts{.type = "cloud-key", .fingerprint = "f", .exposure = "public", .test_value = false, .short_lived = short_lived}));
    const auto out = forecast(graph::merge({seen}), {}, rules(), {});
    EXPECT_TRUE(out);
    return out && !out->incidents.empty() ? out->incidents[0].chance.p90 : 0;
  };
  EXPECT_EQ(chance_of(std::nullopt), chance_of(false));
  EXPECT_LT(chance_of(true), 0.2 * chance_of(false));
  EXPECT_GT(chance_of(true), 0);
}

TEST(Forecast, OnlyWhatWasObservedNearbyIsAnEmergency) {
  const Chance sure{0.9, 0.95, 1, 0.9, 1};
  Judgement judgement{.mean_loss = 200'000, .bad_loss = 1'000'000, .appetite = 100'000, .direct = 0.9};
  EXPECT_EQ(level_of(sure, judgement), Level::emergency);
  judgement.follows = true;
  EXPECT_EQ(level_of(sure, judgement), Level::warning);
  judgement.follows = false;
  judgement.direct = 0.2;
  EXPECT_EQ(level_of(sure, judgement), Level::warning);
  judgement.weak = true;
  EXPECT_EQ(level_of(sure, judgement), Level::watch);
  judgement.exploited = true;
  EXPECT_EQ(level_of(sure, judgement), Level::warning);
}

TEST(Forecast, ALevelRisesAtOnceAndFallsAfterTwoForecastsWellBelow) {
  const Judgement judgement{.mean_loss = 200'000, .bad_loss = 1'000'000, .appetite = 100'000};
  const auto with = [](double p30) { return Chance{p30 / 5, p30, std::min(1.0, 2.5 * p30), p30, p30}; };
  const auto shown = [&](double p30, HeldLevel before) { return shown_level(with(p30), judgement, &before); };
  EXPECT_EQ(shown_level(with(0.21), judgement, nullptr).shown, Level::warning);
  EXPECT_EQ(shown(0.21, {Level::watch, 0, 1}).shown, Level::warning);
  const ShownLevel near = shown(0.17, {Level::warning, 1, 1});  // above 0.7 of 20 %
  EXPECT_EQ(near.judged, Level::watch);
  EXPECT_EQ(near.shown, Level::warning);
  EXPECT_EQ(near.below, 0);
  const ShownLevel once = shown(0.10, {Level::warning, 0, 1});
  EXPECT_EQ(once.shown, Level::warning);
  EXPECT_EQ(once.below, 1);
  EXPECT_FALSE(once.note.empty());
  const ShownLevel twice = shown(0.10, {Level::warning, once.below, 1});
  EXPECT_EQ(twice.shown, Level::watch);
  EXPECT_EQ(twice.below, 0);
}

TEST(Forecast, AHeldLevelExpiresTheSoonerTheHigherItIs) {
  const Judgement judgement{.mean_loss = 200'000, .bad_loss = 1'000'000, .appetite = 100'000};
  const Chance low{0.01, 0.06, 0.15, 0.1, 0.2};
  for (const auto& [level, lasts] : {std::pair{Level::emergency, 3.0}, {Level::warning, 7.0}}) {
    const HeldLevel young{level, 0, lasts - 1}, old{level, 0, lasts + 1};
    EXPECT_EQ(shown_level(low, judgement, &young).shown, level);
    EXPECT_EQ(shown_level(low, judgement, &old).shown, Level::watch);
  }
}

TEST(Forecast, AWithheldWarningSaysSo) {
  Judgement judgement{.mean_loss = 200'000, .bad_loss = 1'000'000, .appetite = 100'000, .weak = true};
  const Chance high{0.1, 0.4, 0.8, 0.7, 0.9};
  EXPECT_EQ(shown_level(high, judgement, nullptr).shown, Level::watch);
  EXPECT_NE(shown_level(high, judgement, nullptr).note.find("withheld"), std::string::npos);
  judgement.weak = false;
  EXPECT_EQ(shown_level(high, judgement, nullptr).note, "");
}

TEST(Forecast, OneConfigurationThatDoesItForAllIsOneActionThatCostsOnce) {
  Observation seen;
  for (const char* name : {"a", "b", "c"}) {
    const AssetId application = seen.add(make_asset(name, name, ApplicationFacts{}));
    const AssetId package = seen.add(make_asset(std::string("PyPI/") + name, std::string("p-") + name, PackageFacts{.ecosystem = "PyPI", .pinned = false}));
    seen.relate(application, RelationKind::depends_on, package);
  }
  const auto out = forecast(graph::merge({seen}), {}, rules(), {});
  ASSERT_TRUE(out);
  const auto delays = std::ranges::count_if(out->actions, [](const Action& action) { return action.title.starts_with("Delay dependency updates"); });
  ASSERT_EQ(delays, 1);
  const auto delay = std::ranges::find_if(out->actions, [](const Action& action) { return action.title.starts_with("Delay dependency updates"); });
  EXPECT_EQ(delay->title, "Delay dependency updates by seven days, for 3 places");
  EXPECT_DOUBLE_EQ(delay->effort_hours, 1);
}

TEST(Forecast, AnEmptyEstateHasNoIncidents) {
  const auto out = forecast(Estate{}, {}, rules(), {});
  ASSERT_TRUE(out);
  EXPECT_TRUE(out->incidents.empty());
  EXPECT_TRUE(out->actions.empty());
  EXPECT_EQ(out->unobserved.size(), rules().rules.size() - 8);
}

TEST(Forecast, WhatNoScanSeesIsListedWithTheLineThatStatesItAndBindsOnceStated) {
  const Estate estate = graph::merge({});
  const auto before = forecast(estate, {}, rules(), {});
  ASSERT_TRUE(before);
  for (const char* id : {"R84", "R86", "R87", "R88"}) {
    const auto listed = std::ranges::find(before->unobserved, id, &Unobserved::rule);
    ASSERT_NE(listed, before->unobserved.end()) << id;
    EXPECT_TRUE(organisation_of("facts: {" + listed->told + "}", "org.yaml", rules())) << listed->told;
  }
  auto stated = organisation_of("facts: {\"network:*\": {shadow_ai_users: 12}, \"host:*\": {endpoint_protection: false}}", "org.yaml", rules());
  ASSERT_TRUE(stated);
  ForecastOptions options;
  options.organisation = std::make_shared<const Organisation>(std::move(*stated));
  const auto after = forecast(options.organisation->with_stated_assets(estate), {}, rules(), options);
  ASSERT_TRUE(after);
  EXPECT_EQ(std::ranges::find(after->unobserved, "R86", &Unobserved::rule), after->unobserved.end());
  EXPECT_EQ(std::ranges::find(after->unobserved, "R84", &Unobserved::rule), after->unobserved.end());
  EXPECT_NE(incident(*after, "I1"), nullptr);
}

TEST(Forecast, ObservedPoisonIsAnEmergencyWhereItIsLoaded) {
  Observation seen;
  ModelFacts bad;
  bad.format = "pickle";
  bad.executes_code_on_load = true;
  const AssetId model = seen.add(make_asset("file:model.pkl", "model.pkl", bad));
  const AssetId application = seen.add(make_asset("app", "scorer", ApplicationFacts{}));
  seen.relate(application, RelationKind::loads, model);
  Finding finding;
  finding.id = FindingId::of({"x"});
  finding.vector = Vector::poisoned_model;
  finding.signal.rule = "model-unsafe-pickle-call";
  finding.signal.asset = model;
  finding.signal.severity = Severity::critical;
  finding.title = "The model runs a command when it is loaded";
  const Estate estate = graph::merge({seen});
  const auto out = forecast(estate, std::vector{finding}, rules(), {});
  ASSERT_TRUE(out);
  const Incident* code = incident(*out, "I2");
  ASSERT_NE(code, nullptr);
  EXPECT_EQ(code->level, Level::emergency);
  EXPECT_TRUE(code->exact);
  EXPECT_GT(code->chance.p90, 0.8);
  // What it follows from is no emergency of its own, and comes after it.
  const Incident* supply = incident(*out, "I5");
  ASSERT_NE(supply, nullptr);
  EXPECT_LT(supply->level, Level::emergency);
  EXPECT_EQ(out->incidents.front().type, "I2");
  EXPECT_TRUE(std::ranges::any_of(out->actions, [](const Action& a) { return a.title.starts_with("Remove model.pkl") && !a.findings.empty(); }));
}

}  // namespace
}  // namespace stormwatch::forecast
