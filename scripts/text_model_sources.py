#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The public texts that the text model learns from and is judged by: which repository, which files, which class, which split.

    text_model_sources.py UNPACKED_DIR OUT.jsonl [--exclude DIR]...

UNPACKED_DIR holds one folder OWNER+NAME a repository, and docs-train/ and docs-held/ with documentation pages of other ones (up to 40
a repository; the repository's name decides which). Nothing of it is committed or shipped; only weights are. Splits are whole
sources: a repository is learned from, or judges, never both. --exclude drops every text that shares three runs of eight words with
a file under DIR, so that copies of an evaluation set in other collections are not learned from.
"""
import csv, glob, hashlib, io, json, os, re, sys, zlib

csv.field_size_limit(1 << 30)
ROOT = "."


def texts_of(pattern):
    for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
        if os.path.isfile(path) and os.path.getsize(path) < 16 << 20:
            with open(path, encoding="utf-8", errors="replace") as f:
                yield path, f.read()


def whole(pattern, skip=""):
    for path, text in texts_of(pattern):
        if skip and re.search(skip, path, re.I):
            continue
        yield text


def blocks(pattern, skip=""):
    """Blocks of code between fences, else the whole page: prompts are published as either."""
    for text in whole(pattern, skip):
        found = [b for b in re.findall(r"```[a-z]*\n(.*?)```", text, re.S) if len(b) > 120]
        yield from found or [text]


def sections(pattern, skip=""):
    for text in whole(pattern, skip):
        yield from (p for p in re.split(r"\n#{1,4} [^\n]*\n", text) if len(p) > 150)


def table(pattern, column, where=None):
    for _, text in texts_of(pattern):
        for row in csv.DictReader(io.StringIO(text)):
            if where is None or where(row):
                yield row.get(column) or ""


def rows_of(text):
    if text.lstrip().startswith("["):
        yield from json.loads(text)
        return
    for line in text.split("\n"):
        try:
            row = json.loads(line) if line.lstrip().startswith("{") else None
        except ValueError:
            continue
        if row:
            yield row


def lines(pattern, *keys):
    for _, text in texts_of(pattern):
        for row in rows_of(text):
            for key in keys:
                value = row.get(key)
                if isinstance(value, str):
                    yield value
                elif isinstance(value, list):
                    yield from (v for v in value if isinstance(v, str))


def seed_templates(pattern, kinds):
    for _, text in texts_of(pattern):
        attack = json.loads(text)["attack"]
        for kind in kinds:
            for item in attack[kind]:
                yield from [item] if isinstance(item, str) else [v for v in item.values() if isinstance(v, str)]


def linked(pattern, folder, wanted):
    """Pages of a prompt library that its list of jailbreaks links to, or those that it does not."""
    links = set()
    for _, text in texts_of(pattern):
        links.update(os.path.basename(l) for l in re.findall(r"\]\(\./gpts/([^)]+\.md)\)", text))
    for path, text in texts_of(folder):
        if (os.path.basename(path) in links) == wanted:
            yield re.sub(r"(?m)^(#.*|!?\[.*|\s*)$", "", text)


def yaml_prompts(pattern):
    for text in whole(pattern):
        for found in re.findall(r'(?m)^\s*prompt:\s*"((?:[^"\\]|\\.)*)"', text):
            yield found.replace('\\"', '"').replace("\\n", "\n")


def quoted(pattern, least=40):
    for text in whole(pattern):
        yield from (m for m in re.findall(r'"((?:[^"\\\n]|\\.){%d,})"' % least, text))


def conversations(pattern):
    for _, text in texts_of(pattern):
        for row in json.loads(text):
            for turn in row.get("conversations", []):
                yield turn.get("value", "")


def found(pattern, *keys, least=0):
    """Every string under one of the keys, however deep, of JSON documents or lines."""
    def walk(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key in keys and isinstance(value, str) and len(value) >= least:
                    yield value
                elif key in keys and isinstance(value, list):
                    yield from (v for v in value if isinstance(v, str) and len(v) >= least)
                if isinstance(value, (dict, list)):
                    yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)
    for _, text in texts_of(pattern):
        try:
            yield from walk(json.loads(text))
        except ValueError:
            for row in rows_of(text):
                yield from walk(row)


def once(texts, first):
    """One of all that begin alike: the same template before many questions."""
    seen = set()
    for text in texts:
        key = re.sub(r"\W+", " ", text.lower())[:first]
        if key not in seen:
            seen.add(key)
            yield text


def half(texts, which):
    return (t for t in texts if zlib.crc32(t.encode("utf-8", "replace")) % 2 == which)


def first_turns(texts):
    """What the person says first in a dialogue of hh-rlhf."""
    for text in texts:
        found = re.match(r"\s*Human: (.*?)\n\nAssistant:", text, re.S)
        if found:
            yield found.group(1)


def script_prompts(pattern):
    for text in whole(pattern):
        for block in re.findall(r'(?s)\bprompt:\s*(.*?),\s*(?:tags|id|name|followUp|\})', text):
            parts = re.findall(r'"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`', block)
            yield "".join(a or b for a, b in parts).replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")


def agent_tasks(pattern, name):
    """The strings given to GOAL or PROMPT in the suites of AgentDojo, their placeholders as blanks."""
    for text in whole(pattern):
        for body in re.findall(r'(?m)^    %s = ((?:\(\n)?(?:\s*f?"(?:[^"\\\n]|\\.)*"\n?)+|f?"""(?s:.*?)""")' % name, text):
            parts = re.findall(r'"""(?s:(.*?))"""|"((?:[^"\\\n]|\\.)*)"', body)
            yield re.sub(r"\{\w+\}", "X", "".join(a or b for a, b in parts)).replace("\\n", "\n").replace('\\"', '"')


def tool_results(pattern, marked):
    """Results of tools in AgentDojo's runs: those that hold an injected message, or those that do not."""
    for _, text in texts_of(pattern):
        for row in rows_of(text):
            for message in row.get("messages", []):
                content = message.get("content")
                if message.get("role") == "tool" and isinstance(content, str) and ("<INFORMATION>" in content or "important message from" in content) == marked:
                    yield content


def table_cells(pattern):
    """The second column of Markdown tables."""
    for text in whole(pattern):
        yield from (m.strip() for m in re.findall(r"(?m)^\|[^|\n]*\|([^|\n]{25,})\|", text))


def columns(pattern, *names):
    for _, text in texts_of(pattern):
        for row in csv.DictReader(io.StringIO(text)):
            yield from (row.get(n) or "" for n in names)


def where(pattern, key, keep):
    """One key of those rows of a JSON list that are to be kept."""
    for _, text in texts_of(pattern):
        rows = json.loads(text)
        for row in rows if isinstance(rows, list) else next(v for v in rows.values() if isinstance(v, list)):
            if keep(row):
                yield row[key]


# (name, class, split, texts). Split: train; held (judges only: thresholds and calibration); apart (reported, but its idea of an attack is
# not ours: any request off the subject, or a harmful question); pool (unmarked texts that a half-learned model may take for attacks).
def sources():
    jail = r"readme|license|contribut|code_of|security|guide\.md|images/"
    yield "EasyJailbreak/EasyJailbreak", 1, "train", seed_templates("EasyJailbreak+*/easyjailbreak/seed/seed_template.json", ["AutoDAN-a", "PAIR", "TAP", "MJP", "Jailbroken", "DeepInception"])
    yield "HumanCompatibleAI/tensor-trust-data", 1, "train", lines("HumanC*/benchmarks/*/v1/*_dataset.jsonl", "attack")
    yield "claudeloba/L1B3RT4S", 1, "train", sections("claudeloba*/*.mkd", "TOKENADE|README|SYSTEMPROMPTS")
    yield "0xeb/TheBigPromptLibrary jailbreaks", 1, "train", blocks("0xeb*/Jailbreak/**/*.md", "readme")
    yield "CyberAlbSecOP/Awesome_GPT_Super_Prompting", 1, "held", blocks("CyberAlb*/Latest Jailbreaks/**/*.md", jail)
    yield "0xk1h0/ChatGPT_DAN", 1, "train", sections("0xk1h0*/README.md")
    yield "friuns2/BlackFriday-GPTs-Prompts jailbreaks", 1, "train", linked("friuns2*/Jailbreaks.md", "friuns2*/gpts/*.md", True)
    yield "d3soxyephedrine/Jailbreaks-and-methods", 1, "train", blocks("d3soxy*/**/*.txt", jail)
    yield "qaziafzalarian/awesome-llm-jailbreaks", 1, "train", blocks("qazi*/**/*.md", "readme|code_of")
    yield "ReversecLabs/spikee", 1, "train", lines("ReversecLabs*/spikee/data/workspace/datasets/*/jailbreaks.jsonl", "text")
    yield "ReversecLabs/spikee", 1, "train", lines("ReversecLabs*/spikee/data/workspace/datasets/*/instructions.jsonl", "instruction")
    yield "compass-ctf-team/prompt_injection_research", 1, "train", table("compass*/dataset/attack.csv", "text")
    kinds = {"JAILBREAK", "INSTRUCTION_OVERRIDE", "AGENT_MANIPULATION", "SYSTEM_MANIPULATION", "SYSTEM_EXTRACTION", "PROMPT_EXTRACTION", "PROMPT_INJECTION", "PERSONA_REPLACEMENT", "INDIRECT_INJECTION", "RAG_POISONING", "PROMPT_LEAK", "CONTEXT_CONFUSION"}
    yield "Neural-alchemy (in HackaT104/prompt-injection-detector)", 1, "train", table("HackaT104*/data/external_benchmark/direct/neuralchemy*.csv", "text", lambda r: r["attack_type"] in kinds)
    yield "Neural-alchemy (in HackaT104/prompt-injection-detector)", 0, "train", table("HackaT104*/data/external_benchmark/direct/neuralchemy*.csv", "text", lambda r: r["label"] == "0")
    yield "Neural-alchemy/promptshield", 1, "train", lines("Neural*/openclay/shields/attack_db/[!b]*/attacks.json", "text")
    yield "wusinyee/cross-cultural-jailbreaks", 1, "held", lines("wusinyee*/data/jailbreak_attempts.json", "prompt", "text", "content")
    yield "kyahikaru/hinglish-prompt-injection-detector", 1, "apart", table("kyahikaru*/data/hinglish-stealth-*.csv", "hinglish", lambda r: r["expected"] == "BLOCK")
    yield "kyahikaru/hinglish-prompt-injection-detector", 0, "held", table("kyahikaru*/data/hinglish-clean-*.csv", "hinglish")
    yield "sherdencooper/GPTFuzz", 1, "held", table("sherdencooper*/datasets/prompts/GPTFuzzer.csv", "text")
    yield "tg12/gpt_jailbreak_status", 1, "held", table("tg12*/gpt_jb.csv", "text")
    yield "utkusen/promptmap", 1, "held", yaml_prompts("utkusen*/rules/[jp]*/*.yaml")
    yield "deepset/prompt-injections (in compass-ctf-team)", 1, "apart", table("compass*/dataset/dataset.csv", "text", lambda r: r["label"] == "1")

    yield "verazuo/jailbreak_llms (in ahmedarafa994/chimera)", 1, "train", table("ahmedarafa994*/imported_data/jailbreak_llms-main/data/prompts/jailbreak_prompts_2023_*.csv", "prompt")
    for kind, first in (("Jailbroken", 80), ("Multilingual", 120), ("CodeChameleon", 120), ("Cipher", 60), ("Deepinception", 60), ("GPTFuzz", 200), ("PAIR", 200)):
        yield "EasyJailbreak's runs (in ahmedarafa994/chimera)", 1, "train", once(lines(f"ahmedarafa994*/imported_data/{kind}/*.jsonl", "jailbreak_prompt"), first)
    yield "JailbreakBench/artifacts", 1, "train", once(found("JailbreakBench*/attack-artifacts/PAIR/black_box/*.json", "prompt"), 200)
    yield "JailbreakBench/artifacts", 1, "train", once(found("JailbreakBench*/attack-artifacts/prompt_with_random_search/black_box/gpt-4*.json", "prompt"), 60)
    yield "Zhang-Henry/AIOS_agent", 1, "train", lines("Zhang-Henry*/data/all_attack_tools.jsonl", "Attacker Instruction")
    yield "Zhang-Henry/AIOS_agent", 0, "train", found("Zhang-Henry*/data/agent_task*.jsonl", "tasks", "Task1", "Task2", "msg1", "msg2", "msg3", "msg4")
    yield "Zhang-Henry/AIOS_agent", 0, "train", found("Zhang-Henry*/data/all_normal_tools.jsonl", "Description", "Expected Achievements")
    yield "ameyar3103/MultiAgentHarmDataset", 1, "train", lines("ameyar3103*/data/RAS_finance_Imp.json", "user query")
    yield "ameyar3103/MultiAgentHarmDataset", 0, "train", found("ameyar3103*/data/*_finance*.json", "user_query", "agent_description")
    yield "rustyorb/pincer", 1, "train", script_prompts("rustyorb*/src/lib/attacks/[!mi]*.ts")
    yield "rustyorb/pincer", 1, "train", script_prompts("rustyorb*/src/lib/attacks/injection.ts")
    yield "CatarinaSeigward/Email-Agent-Prompt-Injection-and-GRPO-Defense", 1, "train", found("CatarinaS*/data/attack_seeds.jsonl", "body")
    yield "CatarinaSeigward/Email-Agent-Prompt-Injection-and-GRPO-Defense", 0, "train", found("CatarinaS*/data/inbox.json", "body")
    yield "goodwiins/prompt-injection-defense", 1, "train", found("goodwiins*/data/prompt_injections.json", "text")
    yield "goodwiins/prompt-injection-defense", 1, "train", found("goodwiins*/data/multilang_attacks.json", "text")
    yield "goodwiins/prompt-injection-defense", 0, "train", found("goodwiins*/data/synthetic_safe_prompts.json", "text")
    yield "dagnelli/ai-ethical-hacker", 1, "train", blocks("dagnelli*/.claude/agents/ethical-hacker/llm/attack-prompts/*inject*.md")
    yield "facebookresearch/wasp", 1, "train", found("facebook*/webarena_prompt_injections/configs/**/*.json*", "instruction", least=40)
    yield "facebookresearch/wasp", 0, "train", found("facebook*/visualwebarena/config_files/*/*.raw.json", "intent")
    yield "ToolEmu (in bplaut/safety-persists-llm-agents)", 0, "train", found("bplaut*/assets/all_cases.json", "User Instruction")
    yield "sherdencooper/PromptFuzz", 1, "train", found("sherdencooper+PromptFuzz/Datasets/*seed*.jsonl", "attack")
    yield "sherdencooper/PromptFuzz", 1, "train", found("sherdencooper+PromptFuzz/Datasets/*_robustness_dataset.jsonl", "attack")
    yield "langgptai/LLM-Jailbreaks", 1, "train", blocks("langgptai+LLM-J*/README.md")
    yield "yes133/ChatGPT-Prompts-Jailbreaks-And-More", 1, "pool", sections("yes133*/README.md")
    yield "Techiral/GPT-Jailbreak", 1, "train", sections("Techiral*/[DGE]*.md")
    yield "Batlez/ChatGPT-Jailbroken", 1, "train", blocks("Batlez*/README.md")
    yield "alexisvalentino/Chatgpt-DAN", 1, "train", blocks("alexisv*/README.md")
    yield "mustvlad/ChatGPT-System-Prompts", 0, "train", whole("mustvlad*/prompts/**/*.md")

    yield "tatsu-lab/stanford_alpaca", 0, "train", lines("tatsu*/seed_tasks.jsonl", "instruction")
    yield "teknium1/GPTeacher", 0, "train", lines("teknium1*/Roleplay/roleplay-simple*.json", "instruction", "response")
    yield "teknium1/GPTeacher code", 0, "train", lines("teknium1*/Codegen/codegen-instruct.json", "instruction", "response")
    yield "teknium1/GPTeacher tools", 0, "train", lines("teknium1*/Toolformer/toolformer-similarity-0.6-dataset.json", "instruction", "response")
    yield "XueFuzhao/InstructionWild", 0, "train", lines("XueFuzhao*/data*/*.jsonl", "instruction", "INSTRUCTION")
    yield "lm-sys/FastChat", 0, "train", conversations("lm-sys*/data/dummy_conversation.json")
    yield "lm-sys/FastChat", 0, "train", lines("lm-sys*/fastchat/llm_judge/data/*/question.jsonl", "turns")
    yield "friuns2/BlackFriday-GPTs-Prompts", 0, "train", linked("friuns2*/Jailbreaks.md", "friuns2*/gpts/*.md", False)
    yield "jujumilk3/leaked-system-prompts", 0, "train", whole("jujumilk3*/*.md")
    yield "x1xhlol/system-prompts-and-models-of-ai-tools", 0, "train", whole("x1xhlol*/**/*.txt")
    yield "linexjlin/GPTs", 0, "train", whole("linexjlin*/prompts/*.md")
    yield "LouisShark/chatgpt_system_prompt", 0, "train", whole("LouisShark*/prompts/**/*.md", "jailbreak|dan[-_ ]|unlimited")
    yield "CyberAlbSecOP/Awesome_GPT_Super_Prompting defences", 0, "train", whole("CyberAlb*/Prompt Security/*.md")
    yield "langgptai/LangGPT", 0, "train", whole("langgptai*/**/*.md", "jailbreak")
    yield "PlexPt/awesome-chatgpt-prompts-zh", 0, "train", lines("PlexPt*/prompts-zh*.json", "prompt")
    yield "PatrickJS/awesome-cursorrules", 0, "train", whole("PatrickJS*/**/*.md*")
    yield "PatrickJS/awesome-cursorrules", 0, "train", whole("PatrickJS*/**/.cursorrules")
    yield "VoltAgent/awesome-claude-code-subagents", 0, "train", whole("VoltAgent*/**/*.md")
    yield "dair-ai/Prompt-Engineering-Guide", 0, "train", whole("dair-ai*/**/*.mdx", "adversarial|jailbreak|inject|dan\\b|risks|leak")
    yield "OWASP/www-project-top-10-for-large-language-model-applications", 0, "train", sections("OWASP*/2_*/**/*.md", "inject")
    yield "openai/evals", 0, "train", whole("openai+evals/**/*.md")
    yield "documentation of repositories", 0, "train", whole("docs-train/**/*")
    yield "0xeb/TheBigPromptLibrary system prompts", 0, "held", whole("0xeb*/SystemPrompts/**/*.md")
    yield "danielrosehill/System-Prompt-Library", 0, "held", whole("danielrosehill*/**/*.md")
    yield "Piebald-AI/claude-code-system-prompts", 0, "held", whole("Piebald*/system-prompts/*.md")
    yield "LianjiaTech/BELLE", 0, "held", lines("LianjiaTech*/eval/eval_set.json", "question", "std_answer")
    # A harmful question attacks nobody's instructions. Half of the dialogues teach that, half judge.
    yield "anthropics/hh-rlhf, one half", 0, "train", half(lines("anthropics*/harmless-base/test.jsonl", "chosen"), 0)
    yield "anthropics/hh-rlhf, one half", 0, "train", first_turns(half(lines("anthropics*/harmless-base/test.jsonl", "chosen"), 0))
    yield "anthropics/hh-rlhf", 0, "held", half(lines("anthropics*/harmless-base/test.jsonl", "chosen"), 1)
    yield "anthropics/hh-rlhf", 0, "held", first_turns(half(lines("anthropics*/harmless-base/test.jsonl", "chosen"), 1))
    yield "harmful questions (in ahmedarafa994/chimera)", 0, "train", found("ahmedarafa994*/imported_data/[GPD]*/*.jsonl", "query")
    yield "JailbreakBench/artifacts goals", 0, "train", found("JailbreakBench*/attack-artifacts/**/*.json", "goal")

    # Requests to agents, and what stands in the results of their tools.
    yield "AgentHarm (in memo-ozdincer/rrfa)", 1, "train", found("memo-oz*/data/agent_harm/harmful_behaviors_*.json", "prompt")
    yield "AgentHarm (in memo-ozdincer/rrfa)", 0, "train", found("memo-oz*/data/agent_harm/benign_behaviors_*.json", "prompt")
    yield "AgentDojo (sequrity-ai/agentdojo)", 1, "train", agent_tasks("sequrity*/src/agentdojo/default_suites/*/*/injection_tasks.py", "GOAL")
    yield "AgentDojo (sequrity-ai/agentdojo)", 0, "train", agent_tasks("sequrity*/src/agentdojo/default_suites/*/*/user_tasks.py", "PROMPT")
    yield "AgentDojo's runs (in memo-ozdincer/rrfa)", 1, "train", once(tool_results("memo-oz*/data/agent_dojo/*.jsonl", True), 4000)
    yield "AgentDojo's runs (in memo-ozdincer/rrfa)", 0, "train", tool_results("memo-oz*/data/agent_dojo/*.jsonl", False)
    yield "simonsshoot/DEFEND", 1, "train", found("simonsshoot*/data/os.json", "description")
    yield "Agent-SafetyBench (in simonsshoot/DEFEND)", 0, "train", where("simonsshoot*/agentsafebench/data/origin_data.json", "instruction", lambda r: r["fulfillable"] == 1)
    yield "Agent-SafetyBench (in simonsshoot/DEFEND)", 1, "pool", where("simonsshoot*/agentsafebench/data/origin_data.json", "instruction", lambda r: r["fulfillable"] == 0 and r["failure_modes"] in ("1", "1,5", "5"))
    yield "WebArena (in memo-ozdincer/rrfa)", 0, "train", found("memo-oz*/data/webarena/config_files/test.raw.json", "intent")
    yield "HowieHwong/MetaTool", 0, "train", columns("HowieHwong+MetaTool/dataset/data/all_clean_data.csv", "Query")
    yield "tangqiaoyu/ToolAlpaca", 0, "train", found("tangqiaoyu*/data/eval_*.json", "Instructions", least=30)
    yield "databrickslabs/dolly", 0, "train", lines("databrickslabs*/**/*.jsonl", "instruction", "context")

    yield "CyberSecEval prompt injection (in HemanthVarmaKonduru/ai_crash_test_prototype)", 1, "train", found("HemanthVarma*/data/prompt_injection.json", "user_input")
    yield "CyberSecEval prompt injection (in HemanthVarmaKonduru/ai_crash_test_prototype)", 0, "train", found("HemanthVarma*/data/prompt_injection.json", "test_case_prompt")
    yield "CyberSecEval prompt injection, translated", 1, "train", found("HemanthVarma*/data/prompt_injection_multilingual_machine_translated.json", "user_input")
    yield "CyberSecEval prompt injection, translated", 0, "train", found("HemanthVarma*/data/prompt_injection_multilingual_machine_translated.json", "test_case_prompt")
    yield "HemanthVarmaKonduru/ai_crash_test_prototype", 1, "train", found("HemanthVarma*/data/jailbreak_comprehensive.json", "user_input")
    yield "HemanthVarmaKonduru/ai_crash_test_prototype", 1, "train", found("HemanthVarma*/data/data_extraction_comprehensive.json", "user_input")
    yield "ogulcanaydogan/Prompt-Injection-Firewall", 1, "train", found("ogulcan*/benchmarks/dataset/injections.json", "text")
    yield "ogulcanaydogan/Prompt-Injection-Firewall", 0, "train", found("ogulcan*/benchmarks/dataset/benign.json", "text")
    yield "mdombrov-33/go-promptguard", 1, "train", found("mdombrov*/benchmarks/testdata/attacks.json", "input")
    yield "mdombrov-33/go-promptguard", 0, "train", found("mdombrov*/benchmarks/testdata/benign.json", "input")
    yield "carlosdenner-videns/prompt-injection-security", 1, "train", where("carlosdenner*/phase6[bc]/data/*attacks.json", "query", lambda r: r["is_attack"])
    yield "carlosdenner-videns/prompt-injection-security", 0, "train", found("carlosdenner*/phase6a/data/obfuscated_benign_queries.json", "query", "original")
    yield "LifeTimeScriptKiddie/Prompt_Collector", 1, "pool", table_cells("LifeTime*/README.md")
    yield "TrustLLM", 1, "train", where("HowieHwong+TrustLLM/dataset/x/dataset/safety/jailbreak.json", "prompt", lambda r: True)
    yield "TrustLLM", 0, "train", found("HowieHwong+TrustLLM/dataset/x/dataset/safety/exaggerated_safety.json", "prompt")
    yield "TrustLLM", 0, "train", found("HowieHwong+TrustLLM/dataset/x/dataset/safety/misuse.json", "prompt")
    yield "RaccoonBench (in skan0779/korean-guardrail-dataset)", 1, "train", lines("skan0779*/data/processed/RaccoonBench.jsonl", "query")
    yield "RaccoonBench, Korean (in skan0779/korean-guardrail-dataset)", 1, "train", lines("skan0779*/data/translated/raccoonbench-kr.jsonl", "query")
    yield "skan0779/korean-guardrail-dataset", 0, "train", lines("skan0779*/data/translated/llm-red-teaming-dataset-kr.jsonl", "query")
    yield "skan0779/korean-guardrail-dataset", 0, "train", lines("skan0779*/data/processed/APEACH.jsonl", "query")
    yield "teatroCamillo/llm-security-filters", 1, "train", columns("teatro*/tests/resources/jailbreak_prompts.csv", "prompt")
    yield "vilovnok/oblivion", 1, "train", (t for text in whole("vilovnok*/workflow/generator/prompts.py") for t in re.findall(r'"""\s*(.*?)\s*"""', text, re.S))
    yield "JoaoGadelha/idea-radar", 1, "train", blocks("JoaoG*/SECURITY_PROMPTS_TEST.md")
    yield "Vblack929/prompt_injection_llm", 0, "train", columns("Vblack*/datasets/sep_dataset/sep_clean_examples.csv", "instruction", "data")

    # Innocent text in other languages.
    yield "bofenghuang/vigogne", 0, "train", found("bofeng*/data/instruct/*.jsonl", "instruction", "input", "output")
    yield "bofenghuang/vigogne", 0, "train", found("bofeng*/data/chat/oasst*.jsonl", "content")
    yield "thisserand/alpaca-lora-finetune-language", 0, "train", found("thisserand*/data/translated/translated_tasks_de_deepl_4k.json", "instruction", "input", "output")
    yield "Beomi/KoAlpaca", 0, "train", found("Beomi*/seed_tasks.jsonl", "instruction", "input", "output")
    yield "IlyaGusev/rulm", 0, "train", found("IlyaGusev*/self_instruct/data/ru_*_seed*.jsonl", "instruction", "input", "output", "context", "greeting", "example_dialogue")
    yield "DAMO-NLP-SG/multilingual-safety-for-LLMs", 0, "train", columns("DAMO*/data/MultiJail.csv", "zh", "it", "vi", "ar", "ko", "th", "bn", "sw", "jv")
    yield "dahatake/GenerativeAI-Prompt-Sample-Japanese", 0, "train", blocks("dahatake*/**/*.md", "Security|English")
    for language in ("ar", "de", "es", "fr", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt_BR", "ru", "tr", "uk", "zh"):
        yield f"tldr-pages/tldr {language}", 0, "train", (t for i, t in enumerate(whole(f"tldr-pages*/pages.{language}/common/*.md")) if i % 8 == 0)

    # Their licences forbid commerce: they judge and are never learned from.
    yield "qualifire (in HemanthVarmaKonduru/ai_crash_test_prototype)", 1, "judge", table("HemanthVarma*/data/prompt-injections-benchmark1.csv", "text", lambda r: r["label"] == "jailbreak")
    yield "qualifire (in HemanthVarmaKonduru/ai_crash_test_prototype)", 0, "judge", table("HemanthVarma*/data/prompt-injections-benchmark1.csv", "text", lambda r: r["label"] == "benign")
    for language in ("en", "zh"):
        yield f"IS2Lab/S-Eval {language}", 1, "judge", (t for i, t in enumerate(lines(f"IS2Lab*/s_eval/small/S-Eval_attack_{language}_small.jsonl", "prompt")) if i % 10 == 0)
    yield "github/awesome-copilot", 0, "held", whole("awesome-copilot/**/*.md")
    yield "documentation of other repositories", 0, "held", whole("docs-held/**/*")


# Collections of prompts hold attacks that nobody marked: such a text teaches neither class.
UNMARKED = re.compile(r"jail ?break|uncensored|unfiltered|no restrictions|without (?:any )?(?:restrictions|filter|censor|ethic|moral)|do anything now|\bDAN\b|open ?ai'?s? (?:content )?polic|content polic|amoral|unethical|immoral|illegal|"
                      r"ignore (?:all |any )?(?:the )?(?:previous|prior|above)|nsfw|erotic|explicit (?:sexual|content)|break character|never refuse|evil|not bound|no limits|stay in character|from now on you", re.I)
# Three different such words make it one all the same.
MARKS = [re.compile(m, re.I) for m in (r"unfiltered|uncensored|no filter", r"no (?:ethic|moral|restrict|limit|rules)|without (?:any )?(?:restrict|filter|censor|ethic|moral|limit)|free from", r"do anything now|\bDAN\b|jail ?br[eo]",
                                       r"open ?ai'?s? (?:content )?polic|content polic|guidelines", r"amoral|unethical|immoral", r"illegal", r"ignore (?:all |any )?(?:of )?(?:the |your )?(?:previous|prior|above|instructions)",
                                       r"never (?:refuse|say no)|cannot refuse|can't refuse|not refuse", r"break character|stay in character", r"do(?:es)? not (?:have to|need to) (?:abide|follow)|not bound|broken free", r"disclaimer|warning", r"no matter (?:how|what)")]
MIXED = ("friuns2/", "LouisShark/", "langgptai/", "PlexPt/", "linexjlin/")


def shingles(text):
    words = re.findall(r"\w+", text.lower())
    for i in range(len(words) - 7):
        yield hashlib.blake2b(" ".join(words[i:i + 8]).encode(), digest_size=8).digest()


def main(argv):
    global ROOT
    ROOT, out = argv[0], argv[1]
    excluded = set()
    for i, a in enumerate(argv):
        if a == "--exclude":
            for folder, _, names in os.walk(argv[i + 1]):
                for name in names:
                    with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                        excluded.update(shingles(f.read()))
    seen, tally = set(), {}
    with open(out, "w", encoding="utf-8") as f:
        for name, label, split, texts in sources():
            count = tally.setdefault((name, label, split), [0, 0, 0])
            for text in texts:
                text = text.strip()
                if len(text) < 25 or not re.search(r"\w{3}", text):
                    continue
                text = text[:40000]
                key = hashlib.blake2b(re.sub(r"\W+", " ", text.lower()).encode(), digest_size=8).digest()
                if key in seen:
                    count[1] += 1
                    continue
                seen.add(key)
                if not label and name.startswith(MIXED) and UNMARKED.search(text) and not name.startswith("linexjlin"):
                    if not name.startswith("friuns2/") or sum(bool(m.search(text)) for m in MARKS) < 3 or sum(s in excluded for s in shingles(text)) >= 3:
                        count[2] += 1
                        if sum(s in excluded for s in shingles(text)) < 3:
                            f.write(json.dumps({"text": text, "label": 1, "source": name + " pool", "split": "pool"}, ensure_ascii=False) + "\n")
                        continue
                    marked = tally.setdefault((name + " by its words", 1, split), [0, 0, 0])
                    marked[0] += 1
                    f.write(json.dumps({"text": text, "label": 1, "source": name + " by its words", "split": split}, ensure_ascii=False) + "\n")
                    continue
                shared = [s in excluded for s in shingles(text)]
                if sum(shared) >= 3 or (shared and sum(shared) * 20 >= len(shared)):
                    count[2] += 1
                    continue
                count[0] += 1
                f.write(json.dumps({"text": text, "label": label, "source": name, "split": split}, ensure_ascii=False) + "\n")
    for (name, label, split), (kept, twice, dropped) in tally.items():
        print(f"{split}\t{label}\t{kept}\t{twice}\t{dropped}\t{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
