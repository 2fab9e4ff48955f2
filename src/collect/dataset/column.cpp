// SPDX-License-Identifier: Apache-2.0
#include "collect/dataset/column.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace stormwatch::collect {

namespace {
}  // namespace

std::string_view last_part_of(std::string_view column) { return column.substr(column.rfind('.') + 1); }

bool expects_orders(std::string_view column) {
  return one_of(lower(last_part_of(column)), {"instruction", "instructions", "prompt", "prompts", "question", "questions", "query", "queries", "system", "system_prompt", "user", "human", "goal", "request",
                                                   "task", "user_input", "user_message", "user_prompt", "inputs", "problem", "messages", "conversation", "dialogue", "dialog", "act"});
}

bool names_speaker(std::string_view column) { return one_of(lower(last_part_of(column)), {"role", "from", "speaker", "author_role"}); }

bool gives_orders(std::string_view speaker) { return one_of(lower(speaker), {"user", "human", "system", "prompter", "developer", "instruction"}); }

bool is_marked_dialogue(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  for (const std::string_view mark : {"###", "<|", "<s>", "[INST]", "Human:", "User:", "USER:", "HUMAN:", "Below is an instruction", "Question:", "<start_of_turn>", "System:", "SYSTEM:"})
    if (text.starts_with(mark)) return true;
  return false;
}

std::optional<match::PersonalClass> names_personal(std::string_view column) {
  struct Names {
    match::PersonalClass of;
    std::string_view names;
  };
  // Whole names, without separators, in the languages of the EU that name such columns apart.
  static constexpr std::array<Names, 5> all{{
      {match::PersonalClass::child, " childname childsname pupilname pupil minorname guardianname nameofchild kindname schuelername eleve nombrealumno "},
      {match::PersonalClass::name,
       " firstname lastname fullname surname givenname familyname middlename maidenname customername patientname clientname employeename personname cardholder cardholdername nachname vorname"
       " familienname prenom nomdefamille nomcomplet apellido apellidos nombrecompleto cognome nomecompleto achternaam voornaam efternamn fornamn fornavn etternavn efternavn sukunimi etunimi"
       " nazwisko imie sobrenome primeironome prijmeni jmeno priezvisko vezeteknev keresztnev nume prenume "},
      {match::PersonalClass::address,
       " address streetaddress homeaddress postaladdress mailingaddress billingaddress shippingaddress address1 addressline1 street streetname anschrift adresse wohnadresse strasse direccion"
       " domicilio indirizzo residenza adres straat morada endereco adress gatuadress osoite ulica lakcim adresa "},
      {match::PersonalClass::birth_date,
       " dob dateofbirth birthdate birthday birth birthdt geburtsdatum geburtstag datedenaissance naissance fechadenacimiento fechanacimiento nacimiento datadinascita datanascita geboortedatum"
       " dataurodzenia datadenascimento fodelsedatum fodselsdato syntymaaika datumnarozeni "},
      {match::PersonalClass::medical,
       " diagnosis diagnoses diagnosiscode icd icd10 icdcode icd9 medication medications prescription bloodtype bloodgroup allergies medicalhistory medicalcondition healthcondition diagnose"
       " befund medikament diagnostic medicament diagnostico medicamento diagnosi farmaco diagnoza hivstatus disability "},
  }};
  std::string plain = " ";
  for (const char c : lower(last_part_of(column)))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  plain += ' ';
  if (plain.size() > 4)
    for (const Names& names : all)
      if (names.names.find(plain) != std::string_view::npos) return names.of;
  return std::nullopt;
}

bool may_be_value_of(match::PersonalClass of, std::string_view value) {
  if (of != match::PersonalClass::address) return true;
  // Codes ("Pave"), and addresses in networks, stand in columns of the same names.
  const bool letter = std::ranges::any_of(value, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; });
  const bool words = value.find(' ') != std::string_view::npos;
  return letter && (words || (value.size() >= 6 && value.find_first_of(".:/@_") == std::string_view::npos));
}

bool names_label(std::string_view column) {
  return one_of(lower(last_part_of(column)), {"label", "labels", "class", "category", "target", "sentiment", "label_text", "label_name", "classification", "is_toxic", "toxic", "cls", "gold_label", "polarity", "intent", "stars", "rating"});
}

bool speaks_of_attacks(std::string_view name) {
  return holds(lower(name), {"jailbreak", "injection", "attack", "redteam", "red-team", "red_team", "adversar", "harmful", "malicious", "guardrail", "safety", "exploit", "refusal", "toxic"});
}

std::string shape_of(std::span<const std::string> columns) {
  if (columns.empty()) return {};
  const auto has = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(columns, [&](const std::string& column) { return one_of(lower(column), words); });
  };
  const auto has_last = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(columns, [&](const std::string& column) { return column.find('.') != std::string::npos && one_of(lower(last_part_of(column)), words); });
  };
  const auto begins = [&](std::string_view word) {
    return std::ranges::any_of(columns, [&](const std::string& column) { return column == word || column.starts_with(std::string(word) + "."); });
  };
  if (begins("chosen") && begins("rejected")) return "preference";
  if (has_last({"content", "value", "text"}) && has_last({"role", "from", "speaker"})) return "chat";
  if ((has({"instruction", "instructions"}) && has({"output", "response", "completion", "answer"})) || (has({"prompt", "inputs", "input"}) && has({"completion", "response", "output", "targets", "target"}))) return "instruction";
  if (has({"question", "query"}) && (has({"answer", "answers", "answer_text", "best_answer"}) || begins("answers"))) return "question-answer";
  if (std::ranges::any_of(columns, [](const std::string& column) { return names_label(column); }) && has({"text", "sentence", "sentence1", "review", "content", "premise", "comment", "comment_text", "title", "tweet", "utterance", "body", "message"})) return "classification";
  if (has({"text", "content", "document", "body"}) && columns.size() <= 8) return "text";
  return "table";
}

std::string split_of(std::string_view path) {
  const std::string small = lower(path);
  const std::string_view name = last_of(small, '/');
  const auto says = [](std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const bool begins = at == 0 || !((text[at - 1] >= 'a' && text[at - 1] <= 'z') || (text[at - 1] >= '0' && text[at - 1] <= '9'));
      const std::size_t end = at + word.size();
      const bool ends = end >= text.size() || !(text[end] >= 'a' && text[end] <= 'z');
      if (begins && ends) return true;
    }
    return false;
  };
  const std::size_t slash = small.rfind('/');
  const std::string_view folder = slash == std::string::npos ? std::string_view{} : std::string_view(small).substr(0, slash);
  for (const std::string_view part : {name, folder.substr(folder.rfind('/') + 1)}) {
    for (const std::string_view word : {"test", "testing", "holdout", "heldout"})
      if (says(part, word)) return "test";
    for (const std::string_view word : {"validation", "valid", "val", "dev", "eval"})
      if (says(part, word)) return "validation";
    for (const std::string_view word : {"train", "training"})
      if (says(part, word)) return "train";
  }
  return {};
}

}  // namespace stormwatch::collect
