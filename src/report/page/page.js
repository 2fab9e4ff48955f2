// Draws the report from the JSON in the page. Every text of the scan enters through textContent, never as markup.
"use strict";
const report = JSON.parse(document.getElementById("report").textContent);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const make = (tag, attributes = {}, ...children) => {
  const svg = ["svg", "g", "circle", "path", "text", "line", "title", "rect"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value !== undefined && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
};
const $ = (id) => document.getElementById(id);
const percent = (p) => (p > 0 && p < 0.001 ? "<0.1 %" : (p < 0.1 ? (p * 100).toFixed(1) : Math.round(p * 100)) + " %");
const money = (v) => (v >= 1e6 ? "$" + (v / 1e6).toFixed(1) + "M" : v >= 1e3 ? "$" + Math.round(v / 1e3) + "k" : "$" + Math.round(v));
const assets = new Map(report.assets.map((a) => [a.id, a]));
const findings = new Map(report.findings.map((f) => [f.id, f]));
const open = report.findings.filter((f) => f.state !== "accepted");
const severities = ["critical", "high", "medium", "low", "info"];
const laneOf = { application: "application", agentic: "agentic", model: "model", "data-code-infrastructure": "data" };
const layerColour = (asset) => `var(--${asset ? laneOf[asset.layer] : "soft"})`;
const badge = (word) => make("span", { class: "badge", style: `background:var(--${word.replace(/ /g, "-")}, var(--none))` }, word.toUpperCase());
const nameOf = (id) => (assets.get(id) ? assets.get(id).name : "?");
const placeOf = (l) => l.path + (l.member ? "!/" + l.member : "") + (l.line ? ":" + l.line : "") + (l.resource ? " (" + l.resource + ")" : "");

// --- top -------------------------------------------------------------------------------------------------------------
$("target").textContent = `${report.scan.targets.join(", ")} · ${report.scan.started} · stormwatch ${report.tool.version}`;
const leveled = report.forecast.incidents.filter((i) => i.level !== "none");
const worst = leveled[0];
// One card a type of incident: the likeliest, where else it comes the same way, and the other ways to it.
const leveledById = new Map(leveled.map((i) => [i.id, i]));
const groups = (report.forecast.groups || []).map((g) => ({ any30: g.any30, members: g.members.map((id) => leveledById.get(id)).filter(Boolean) })).filter((g) => g.members.length);
const grouped = new Set(groups.flatMap((g) => g.members.map((i) => i.id)));
for (const i of leveled) if (!grouped.has(i.id)) groups.push({ any30: i.probability.p30, members: [i] });
const kindOf = new Map();
for (const g of groups) { const k = kindOf.get(g.members[0].type); if (k) k.others.push(g); else kindOf.set(g.members[0].type, { ...g, others: [] }); }
const kinds = [...kindOf.values()];
const tile = (value, label) => make("div", { class: "tile" }, make("b", {}, String(value)), make("span", {}, label));
$("tiles").append(
  tile(worst ? worst.level : "clear", worst ? "highest level" : "no incident reaches a level"),
  tile(leveled.length, `incident${leveled.length === 1 ? "" : "s"} forecast, of ${kinds.length} kind${kinds.length === 1 ? "" : "s"}`),
  tile(money(report.forecast.expected_loss || 0), `expected loss, ${report.forecast.horizon_days} days`),
  tile(open.filter((f) => f.severity === "critical" || f.severity === "high").length, "critical and high findings"),
  tile(report.assets.length, "assets"),
  tile(report.scan.incomplete.length, report.scan.incomplete.length === 1 ? "part not assessed" : "parts not assessed"));
if (report.scan.incomplete.length)
  $("notice").append(make("div", { class: "card notice" }, report.scan.incomplete.length === 1 ? "This scan is incomplete: 1 part could not be assessed in full. It is listed " : `This scan is incomplete: ${report.scan.incomplete.length} parts could not be assessed in full. They are listed `, make("a", { href: "#gaps" }, "below"), "."));

// --- forecast --------------------------------------------------------------------------------------------------------
function pathRow(path) {
  const row = make("div", { class: "path" });
  for (const step of path.steps) {
    const asset = assets.get(step.asset);
    row.append(make("div", { class: "step" }, make("div", { class: "box", style: `border-top-color:${layerColour(asset)}` },
      make("b", {}, step.name),
      make("div", { class: "on" }, asset ? `${asset.kind} · ${asset.name}` : ""),
      make("div", { class: "p" }, percent(step.probability) + (step.assumed ? " (assumed)" : "")),
      asset && asset.locations.length && asset.locations[0].path !== "." ? make("div", { class: "why place" }, placeOf(asset.locations[0])) : null,
      step.because ? make("div", { class: "why" }, step.because.length > 190 ? step.because.slice(0, 190) + "…" : step.because) : null)));
  }
  return row;
}
function incidentCard(incident, kind) {
  const p = incident.probability, at = (v) => Math.min(100, v * 100) + "%", colour = `var(--${incident.level})`;
  const gauge = make("div", { class: "gauge", title: `${percent(p.low)} to ${percent(p.high)}` },
    make("i", { style: `left:${at(p.low)};width:calc(${at(Math.max(p.high - p.low, 0.004))});background:${colour}` }),
    make("u", { style: `left:${at(p.p90)};background:${colour}` }));
  const number = (label, value) => make("div", {}, make("span", {}, label), make("b", {}, value));
  const list = (title, drivers) => drivers.length === 0 ? null : make("div", {}, make("b", {}, title), make("ul", {}, ...drivers.slice(0, 6).map((d) =>
    make("li", {}, `${d.text} (${d.change >= 0 ? "+" : "−"}${Math.abs(d.change * 100).toFixed(1)} points)`))));
  const more = make("details", {}, make("summary", {}, "Why, what speaks against it, other paths"),
    make("div", { class: "two" }, list("What drives it", incident.drivers), list("What speaks against it", incident.counter_evidence)),
    ...incident.paths.slice(1).map((path) => make("div", {}, make("p", { class: "soft" }, `Another way, in ${percent(path.share)} of the cases`), pathRow(path))),
    make("p", { class: "soft" }, `Evidence: ${incident.evidence_tier}. ${incident.exact ? "Enumerated exactly." : "Estimated from sampled worlds."} Incident ${incident.id}.`));
  return make("article", { class: "card incident" },
    make("header", { on: { click: () => { light(incident); $("graph").scrollIntoView({ behavior: "smooth", block: "center" }); } }, title: "show on the graph" },
      badge(incident.level), make("h3", {}, incident.title), make("span", { class: "asset" }, nameOf(incident.asset))),
    make("div", { class: "numbers" }, number("in 7 days", percent(p.p7)), number("in 30 days", percent(p.p30)),
      make("div", {}, make("span", {}, `in 90 days: ${percent(p.p90)} (${percent(p.low)} to ${percent(p.high)})`), gauge),
      number("loss, typical", money(incident.impact.p50)), number("loss, bad case", money(incident.impact.p90))),
    incident.paths.length ? pathRow(incident.paths[0]) : null, more, ...(kind ? alsoAt(kind) : []));
}
// What comes the same way elsewhere, and other ways to the same type of incident: drawn when opened.
function alsoAt(kind) {
  const fold = (title, list) => {
    const box = make("details", {}, make("summary", {}, title));
    box.addEventListener("toggle", () => { if (box.children.length === 1) box.append(...list.map((i) => incidentCard(i))); });
    return box;
  };
  const names = (list) => { const all = [...new Set(list.map((i) => nameOf(i.asset)))]; return all.slice(0, 4).join(", ") + (all.length > 4 ? ` and ${all.length - 4} more` : ""); };
  const same = kind.members.slice(1), others = kind.others.map((g) => g.members[0]), rest = kind.others.flatMap((g) => g.members.slice(1));
  return [same.length ? fold(`The same way at ${same.length} more: ${names(same)} (${percent(kind.any30)} that one of them happens in 30 days)`, same) : null,
    others.length ? fold(`${others.length} other way${others.length > 1 ? "s" : ""} to it: ${names(others)}`, [...others, ...rest]) : null].filter(Boolean);
}
$("forecast-list").append(...kinds.map((kind) => incidentCard(kind.members[0], kind)));
if (!leveled.length) $("forecast-list").append(make("div", { class: "card" }, "No incident reaches a level in what was assessed. What was not assessed is listed below."));

// --- actions ---------------------------------------------------------------------------------------------------------
const most = Math.max(1, ...report.actions.map((a) => a.expected_loss_reduction));
const command = (label, text) => (text ? make("div", { class: "how" }, label, make("code", {}, text)) : null);
report.actions.forEach((action, i) => {
  const effects = action.probability_change.filter((e) => Math.abs(e.before - e.after) >= 0.005).slice(0, 3).map((e) => {
    const incident = report.forecast.incidents.find((x) => x.id === e.incident);
    return incident ? make("div", {}, `${incident.title} on ${nameOf(incident.asset)}: ${percent(e.before)} → ${percent(e.after)}`) : null;
  });
  $("actions-list").append(make("div", { class: "action" }, make("div", { class: "n" }, String(i + 1)),
    make("div", {}, make("h3", {}, action.title), make("div", { class: "effects" }, ...effects), action.fix.text && !action.fix.text.startsWith(action.title) ? make("div", { class: "how" }, action.fix.text) : null,
      command("do it: ", action.fix.patch), command("verify: ", action.fix.verify)),
    make("div", { class: "right" }, make("b", {}, "−" + money(action.expected_loss_reduction)), ` · about ${+action.effort_hours.toFixed(1)} h`,
      make("div", { class: "bar", style: `width:${Math.max(2, (100 * action.expected_loss_reduction) / most)}%` }),
      action.findings.length ? make("div", {}, `closes ${action.findings.length} finding${action.findings.length > 1 ? "s" : ""}`) : null)));
});
if (!report.actions.length) $("actions-list").append("No action changes the forecast.");

// --- graph -----------------------------------------------------------------------------------------------------------
const lanes = ["application", "agentic", "model", "data"];
const laneNames = { application: "Applications", agentic: "Agents, tools, MCP", model: "Models, endpoints", data: "Data, code, infrastructure" };
const onPath = new Set(report.forecast.incidents.flatMap((i) => i.paths.flatMap((p) => p.steps.map((s) => s.asset))));
const worstOf = new Map();
for (const f of open) { const rank = severities.indexOf(f.severity); if (!(worstOf.get(f.asset) <= rank)) worstOf.set(f.asset, rank); }
const degree = new Map();
for (const r of report.relations) for (const end of [r.from, r.to]) degree.set(end, (degree.get(end) || 0) + 1);
const weight = (a) => (onPath.has(a.id) ? 1e6 : 0) + (worstOf.has(a.id) ? 1e5 - worstOf.get(a.id) * 1e4 : 0) + (a.kind === "package" ? 0 : 500) + (degree.get(a.id) || 0);
const shown = [...report.assets].sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1)).slice(0, 140);
$("graph-note").textContent = shown.length < report.assets.length ? `the ${shown.length} of ${report.assets.length} assets that matter most` : `${shown.length} assets`;
const rows = 24, columnWidth = 215, rowHeight = 25, position = new Map();
const byLane = lanes.map((lane) => shown.filter((a) => laneOf[a.layer] === lane));
const columns = byLane.map((list) => Math.max(1, Math.ceil(list.length / rows)));
const firstColumn = columns.map((_, l) => columns.slice(0, l).reduce((sum, n) => sum + n, 0) + l * 0.35);
const height = Math.min(rows, Math.max(...byLane.map((list) => list.length), 1)) * rowHeight + 84;
const width = (firstColumn[lanes.length - 1] + columns[lanes.length - 1]) * columnWidth + 30;
const neighbours = new Map(shown.map((a) => [a.id, []]));
for (const r of report.relations) if (neighbours.has(r.from) && neighbours.has(r.to)) { neighbours.get(r.from).push(r.to); neighbours.get(r.to).push(r.from); }
const place = (list, l) => {   // down the columns of a lane, each column spread over the height
  const each = Math.ceil(list.length / columns[l]);
  list.forEach((a, i) => {
    const column = Math.floor(i / each), inColumn = Math.min(each, list.length - column * each);
    position.set(a.id, { x: 30 + (firstColumn[l] + column) * columnWidth, y: 70 + ((i % each) + 0.5) * ((height - 84) / inColumn), order: i / list.length });
  });
};
byLane.forEach(place);
for (let sweep = 0; sweep < 8; sweep++)   // barycentre ordering: fewer crossings between lanes
  byLane.forEach((list, l) => {
    const centre = (a) => { const near = neighbours.get(a.id).map((n) => position.get(n).order); return near.length ? near.reduce((sum, y) => sum + y, 0) / near.length : position.get(a.id).order; };
    place(list.map((a) => [centre(a), a]).sort((x, y) => x[0] - y[0] || (x[1].id < y[1].id ? -1 : 1)).map((pair) => pair[1]), l);
  });
const X = (id) => position.get(id).x, Y = (id) => position.get(id).y;
const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "asset graph" });
const scene = make("g"), edges = make("g"), nodes = make("g");
lanes.forEach((lane, l) => scene.append(make("text", { class: "lane", x: 22 + firstColumn[l] * columnWidth, y: 52, fill: `var(--${lane})` }, laneNames[lane])));
const edgeOf = new Map(), nodeOf = new Map();
for (const r of report.relations) {
  if (!position.has(r.from) || !position.has(r.to)) continue;
  const x1 = X(r.from), y1 = Y(r.from), x2 = X(r.to), y2 = Y(r.to), bend = x1 === x2 ? 60 : (x2 - x1) / 2;
  const edge = make("path", { class: "edge", d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - (x1 === x2 ? -60 : bend)},${y2} ${x2},${y2}` }, make("title", {}, `${nameOf(r.from)} ${r.kind.replace(/_/g, " ")} ${nameOf(r.to)}`));
  edges.append(edge);
  for (const key of [r.from + r.to, r.to + r.from]) edgeOf.set(key, (edgeOf.get(key) || []).concat(edge));
}
for (const a of shown) {
  const rank = worstOf.get(a.id), r = onPath.has(a.id) ? 7.5 : 5;
  const node = make("g", { style: "cursor:pointer", on: { click: (e) => { e.stopPropagation(); showAsset(a); } } },
    make("circle", { cx: X(a.id), cy: Y(a.id), r, fill: layerColour(a), stroke: rank !== undefined && rank < 3 ? `var(--${severities[rank]})` : "var(--card)", "stroke-width": rank !== undefined && rank < 3 ? 3 : 1.5 }),
    make("text", { x: X(a.id) + 12, y: Y(a.id) + 4 }, a.name.length > 28 ? a.name.slice(0, 27) + "…" : a.name), make("title", {}, `${a.kind} ${a.name}`));
  nodes.append(node); nodeOf.set(a.id, node);
}
scene.append(edges, nodes); svg.append(scene);
const panel = make("div", { class: "panel" });
$("graph").append(make("div", { class: "legend" }, make("span", {}, "Choose an asset here, or the title of an incident above. Drag moves, Ctrl and wheel zoom."), make("span", {}, make("i", { style: "border:3px solid var(--high);background:none" }), "has a serious finding")), svg, panel);
function clearLight() { for (const list of edgeOf.values()) for (const e of list) e.classList.remove("lit", "dim"); for (const n of nodeOf.values()) n.classList.remove("dim"); }
function light(incident) {
  clearLight();
  const steps = new Set(incident.paths.flatMap((p) => p.steps.map((s) => s.asset)).concat(incident.asset));
  for (const [id, n] of nodeOf) n.classList.toggle("dim", !steps.has(id));
  for (const list of edgeOf.values()) for (const e of list) e.classList.add("dim");
  for (const p of incident.paths) p.steps.forEach((s, i) => { if (i) for (const e of edgeOf.get(p.steps[i - 1].asset + s.asset) || []) { e.classList.remove("dim"); e.classList.add("lit"); } });
}
function showAsset(a) {
  clearLight();
  const near = new Set(neighbours.get(a.id) || []); near.add(a.id);
  for (const [id, n] of nodeOf) n.classList.toggle("dim", !near.has(id));
  for (const list of edgeOf.values()) for (const e of list) e.classList.add("dim");
  for (const n of near) for (const e of edgeOf.get(a.id + n) || []) { e.classList.remove("dim"); e.classList.add("lit"); }
  const facts = make("dl");
  for (const [k, v] of Object.entries(a.attributes)) facts.append(make("dt", {}, k.replace(/_/g, " ")), make("dd", {}, String(Array.isArray(v) ? v.join(", ") : v).slice(0, 300)));
  panel.replaceChildren(make("h4", {}, a.name), make("div", { class: "soft" }, a.kind + (a.locations[0] ? " · " + placeOf(a.locations[0]) : "")), facts,
    ...open.filter((f) => f.asset === a.id).slice(0, 12).map((f) => make("p", {}, badge(f.severity), " ", f.title)),
    ...report.relations.filter((r) => r.from === a.id || r.to === a.id).slice(0, 20).map((r) => make("div", { class: "soft" }, r.from === a.id ? `${r.kind.replace(/_/g, " ")} ${nameOf(r.to)}` : `${nameOf(r.from)} ${r.kind.replace(/_/g, " ")} this`)));
  panel.style.display = "block";
}
svg.addEventListener("click", () => { clearLight(); panel.style.display = "none"; });
let view = { x: 0, y: 0, k: 1 }, drag = null;
const apply = () => scene.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.k})`);
const scale = () => width / svg.clientWidth;
svg.addEventListener("wheel", (e) => { if (!e.ctrlKey && !e.metaKey) return; e.preventDefault(); view.k = Math.min(5, Math.max(0.4, view.k * (e.deltaY < 0 ? 1.15 : 0.87))); apply(); }, { passive: false });
svg.addEventListener("pointerdown", (e) => { drag = { x: e.clientX, y: e.clientY, vx: view.x, vy: view.y }; });
svg.addEventListener("pointermove", (e) => { if (drag) { view.x = drag.vx + (e.clientX - drag.x) * scale(); view.y = drag.vy + (e.clientY - drag.y) * scale(); apply(); } });
for (const end of ["pointerup", "pointerleave"]) svg.addEventListener(end, () => { drag = null; });

// --- findings --------------------------------------------------------------------------------------------------------
const chosen = new Set(["critical", "high", "medium"]); let sought = "";
function findingBody(f, alone) {
  const line = (label, text) => text ? make("p", {}, make("span", { class: "soft" }, label + " "), text) : null;
  return make("div", { class: "body" }, alone ? null : make("p", {}, badge(f.severity), " ", make("span", { class: "soft" }, placeOf(f.location))),
    f.evidence ? make("p", {}, make("code", {}, f.evidence)) : null, line("Because", f.explanation), line("Fix", f.remediation),
    line("On", assets.get(f.asset) ? `${assets.get(f.asset).kind} ${assets.get(f.asset).name}` : ""), line("Known as", f.identifiers.join(", ")), line("Context", f.context),
    line("Controls", f.controls.join(", ")), line("Rule", `${f.rule}, ${f.confidence} confidence, finding ${f.id}`));
}
function findingRow(group) {   // the findings of one rule on one asset are one row
  const f = group[0];
  const row = make("details", { class: "finding" }, make("summary", {}, make("span", {}, badge(f.severity)),
    make("span", {}, f.title, group.length > 1 ? make("b", {}, ` × ${group.length}`) : null, make("div", { class: "soft small" }, f.evidence.length > 130 ? f.evidence.slice(0, 130) + "…" : f.evidence)),
    make("span", { class: "where" }, placeOf(f.location))));
  row.addEventListener("toggle", () => { if (row.children.length === 1) row.append(...group.slice(0, 100).map((one) => findingBody(one, group.length === 1))); });
  return row;
}
function listFindings() {
  const rows = open.filter((f) => chosen.has(f.severity) && (!sought || (f.title + " " + f.rule + " " + placeOf(f.location) + " " + f.evidence + f.identifiers).toLowerCase().includes(sought)))
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
  const groups = new Map();
  for (const f of rows) groups.set(f.rule + f.asset, (groups.get(f.rule + f.asset) || []).concat(f));
  const all = [...groups.values()];
  $("finding-list").replaceChildren(...all.slice(0, 300).map(findingRow), ...(all.length > 300 ? [make("p", { class: "soft" }, `and ${all.length - 300} more: narrow the search`)] : []), ...(all.length ? [] : [make("p", { class: "soft" }, "none")]));
}
for (const s of severities) {
  const n = open.filter((f) => f.severity === s).length;
  const button = make("button", { "aria-pressed": String(chosen.has(s)), on: { click: () => { chosen.has(s) ? chosen.delete(s) : chosen.add(s); button.setAttribute("aria-pressed", String(chosen.has(s))); listFindings(); } } }, `${s} ${n}`);
  $("filters").append(button);
}
$("filters").append(make("input", { placeholder: "search findings", "aria-label": "search findings", on: { input: (e) => { sought = e.target.value.toLowerCase(); listFindings(); } } }));
listFindings();

// --- duties and gaps -------------------------------------------------------------------------------------------------
const statusColour = { met: "var(--met)", "not met": "var(--high)", partial: "var(--medium)", "not assessed": "var(--line)", manual: "var(--none)" };
for (const framework of [...new Set(report.compliance.map((c) => c.framework))]) {
  const rows = report.compliance.filter((c) => c.framework === framework);
  const count = (s) => rows.filter((c) => c.status === s).length;
  const stack = make("div", { class: "stack" }, ...Object.keys(statusColour).filter(count).map((s) => make("div", { style: `flex:${count(s)};background:${statusColour[s]}`, title: `${s}: ${count(s)}` })));
  const table = make("table", {}, make("tr", {}, make("th", {}, "Control"), make("th", {}, "Status"), make("th", {}, "Why")),
    ...rows.map((c) => make("tr", {}, make("td", {}, `${c.control} ${c.title || ""}`), make("td", {}, make("span", { class: "badge", style: `background:${c.status === "not assessed" ? "var(--none)" : statusColour[c.status]}` }, c.status)), make("td", { class: "soft" }, c.reason || ""))));
  $("duties-list").append(make("div", { class: "card" }, make("b", {}, framework), make("span", { class: "soft" }, "  " + Object.keys(statusColour).filter(count).map((s) => `${count(s)} ${s}`).join(", ")), stack, make("details", {}, make("summary", {}, "controls"), table)));
}
if (report.scan.incomplete.length)
  $("gaps-list").append(make("div", { class: "card" }, make("table", {}, make("tr", {}, make("th", {}, "Where"), make("th", {}, "Reason"), make("th", {}, "Detail")),
    ...report.scan.incomplete.slice(0, 500).map((g) => make("tr", {}, make("td", {}, g.path + (g.member ? "!/" + g.member : "")), make("td", {}, g.reason), make("td", { class: "soft" }, g.detail))))));
else $("gaps-list").append(make("p", { class: "soft" }, "Nothing was skipped."));
$("foot").textContent = `${report.scan.files} files, ${(report.scan.bytes / 1048576).toFixed(1)} MiB in ${report.scan.seconds.toFixed(2)} s · rules ${report.tool.rules_version} · advisories ${report.tool.advisories.date} (${report.tool.advisories.count}) · ${report.forecast.method || ""}`;
