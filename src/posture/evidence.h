// SPDX-License-Identifier: Apache-2.0
// Where something was seen, what was seen there, and what could not be seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <array>
#include <string_view>

#include "posture/words.h"

namespace stormwatch {

/// A place in the input. `path` is relative to the target with '/'; `member` is the entry within an archive, nested ones
/// joined by "!/". Lines and columns count from 1 (0: none), offsets from 0 (-1: none).
struct Place {
  std::string path;
  std::string member;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::int64_t offset = -1;
  std::string resource;  ///< address of an infrastructure resource: "aws_sagemaker_endpoint.scoring", "Deployment/default/vllm"

  [[nodiscard]] std::string text() const;  ///< "path!/member:line" for people
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// What a collector saw in the bytes that a fact field cannot say: judged later by detectors. `excerpt` is redacted here.
struct Sighting {
  /// What was seen; the closed list is in `kSightings`, so that a rule that names an unknown one is refused.
  std::string what;
  std::string subject;  ///< the thing's name: "posix.system", "OPENAI_API_KEY", "torch.load", "U+200B"
  std::string detail;   ///< more, for the explanation: the call as source text, the entropy, the checksum that held
  std::string excerpt;  ///< redacted, at most 200 bytes of valid UTF-8
  Place place;
  Confidence confidence = Confidence::high;
  std::string context;  ///< what the file is for (test, example, documentation, vendored); empty for the product's own
  friend auto operator<=>(const Sighting&, const Sighting&) = default;
};

/// The closed list of `Sighting::what`, with what `subject` then holds.
struct SightingWord {
  std::string_view what;
  std::string_view meaning;
};
inline constexpr SightingWord kSightings[] = {
    {"pickle-call", "loading the pickle calls SUBJECT (module.name); detail is the call as source text"},
    {"pickle-global", "the pickle names the global SUBJECT without calling it"},
    {"pickle-anomaly", "the stream is built to mislead a scanner: SUBJECT says how (memo, frame, broken-after-call, nested ...)"},
    {"custom-operator", "the graph has an operator outside the standard domains: SUBJECT"},
    {"external-data", "the model names a file outside itself: SUBJECT"},
    {"embedded-code", "the model carries code that loading or running it executes: SUBJECT says which kind"},
    {"template-risk", "the chat template does SUBJECT (attribute-walk, call, conditional-instruction, hidden-text ...)"},
    {"tokenizer-anomaly", "the tokenizer changes texts: SUBJECT says how (rewrites-text, injects-text, remapped-token, swapped-marks)"},
    {"container-anomaly", "the archive is built to mislead a scanner: SUBJECT says how"},
    {"embedded-executable", "an executable or script stands inside the artifact: SUBJECT is its format"},
    {"metadata-url", "metadata names the URL SUBJECT"},
    {"call", "source code calls SUBJECT (qualified name); detail holds what matters of the arguments"},
    {"unsafe-load", "source code loads a model or data in a way that can run code: SUBJECT is the call"},
    {"model-output-flow", "model output reaches SUBJECT (exec, eval, shell, sql, html, file, url); detail is the flow"},
    {"untrusted-input-flow", "input of others reaches SUBJECT (prompt, tool argument, system prompt); detail is the flow"},
    {"insecure-setting", "source code or configuration sets SUBJECT to a weak value; detail is the value"},
    {"hidden-instruction", "text aimed at a model gives it an instruction the user does not see: SUBJECT is the kind"},
    {"invisible-text", "characters that people do not see carry text: SUBJECT is the class (tags, zero-width, bidi, variation)"},
    {"dangerous-command", "a script or instruction runs SUBJECT (download-and-run, credential-read, persistence ...)"},
    {"harmful-purpose", "a tool or skill says it does SUBJECT (exfiltration, credential-theft, command-execution ...)"},
    {"exfiltration", "text or code sends data to a place outside: SUBJECT is the destination or the means"},
    {"secret", "a credential stands in the text: SUBJECT is its kind"},
    {"personal-data", "personal data stand in the text: SUBJECT is the class; detail is the count"},
    {"prompt-injection", "text tries to override instructions: SUBJECT is the technique"},
    {"data-anomaly", "the data set shows SUBJECT (duplicate-burst, label-skew, no-provenance ...)"},
    {"weights-anomaly", "the values of the tensors show SUBJECT (not-finite, hidden-content, foreign-low-bits, overwritten-items, outlier-rows, concentrated-adapter)"},
    {"signature", "a signature of the model was read: SUBJECT says what came of it (valid, untrusted, broken ...); detail names the signer"},
    {"provenance", "what the files say of where a model or data come from: SUBJECT says what (unreferenced-blob, unfinished-download ...)"},
    {"chat-template", "the model brings the chat template whose digest is SUBJECT"},
    {"import", "source code imports the module SUBJECT of the package"},
    {"exploitability", "a VEX statement speaks of the flaw SUBJECT of the package; detail is the status and what it rests on"},
    {"install-script", "installing runs SUBJECT (preinstall, postinstall ...); detail is the command"},
    {"package-index", "packages are taken from SUBJECT beside or instead of the ecosystem's own registry; detail says how"},
    {"malformed", "the file breaks its format: SUBJECT says how"},
    {"pin-mismatch", "what a server offers differs from its lock: SUBJECT says how (tool added, tool changed, instructions changed ...); detail names it"},
    {"observed-behaviour", "a tool that was exercised in a sandbox did SUBJECT (leaks-canary, reads-canary, writes-outside, starts-process, asks-for-drop-site, orders-the-model ...); detail is the evidence"},
    {"run-behaviour", "a record of a run shows SUBJECT (order-in-result, obeyed-order, secret-left, attack-command, drop-site, repeats); detail is the evidence"},
};
bool is_sighting(std::string_view what);

/// What was not read or judged, and why. `reason` is one word of the contract: unreadable, too-deep, over-limit, encrypted,
/// malformed, unsupported, unresolved (a rule could not be decided), changed, link, timeout, refused.
struct Gap {
  std::string path;
  std::string member;
  std::string reason;
  std::string detail;
  friend auto operator<=>(const Gap&, const Gap&) = default;
};

/// Untrusted text made fit to keep: valid UTF-8, control characters as \xNN, at most `most` bytes (cut with "…").
std::string excerpt_of(std::string_view text, std::size_t most = 200);
/// A secret as evidence may show it: at most its first 4 characters, then "…", then its keyed fingerprint.
std::string redacted(std::string_view secret);

}  // namespace stormwatch
