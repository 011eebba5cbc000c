// The keys that are changed most: each control writes its line of the YAML.
import { later, make, one } from "./dom.js";
import { set } from "./editor.js";
import { say } from "./words.js";

const PAUSE = 350;                        // milliseconds without a key before a sentence counts
const PACES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

let drawn = "";

// A new sentence has to have the word that is followed, else none is named.
const speak = later(PAUSE, (sentence, facts) => {
  const words = sentence.trim().split(/\s+/);
  if (!words[0]) return;
  const lost = facts.tokens[facts.focus] !== undefined && !words.includes(facts.tokens[facts.focus]);
  set(...(lost ? [["focus", undefined]] : []), ["sentence", words.join(" ")]);
});

const field = (key, ...children) => make("label", { class: `field ${key}` }, make("span", {}, say(key)), ...children);

const group = (key, ...children) => make("div", { class: `field ${key}`, role: "group", "aria-label": say(key) }, make("span", {}, say(key)), ...children);

const buttons = (key, values, chosen, to = (value) => value) => make("div", { class: "choice" }, ...values.map((value) => make("button", {
  type: "button", "aria-pressed": String(value === chosen), "data-value": value, onclick: () => set([key, to(value)]),
}, String(value))));

const menu = (key, names, chosen, shown = (name) => name) => {
  const options = (names.includes(chosen) ? names : [chosen, ...names]).map((name) =>
    make("option", { value: name, selected: name === chosen }, shown(name)));
  return make("select", { id: key, onchange: (event) => set([key, event.target.value]) }, ...options);
};

const count = (n) => Array.from({ length: n }, (_, k) => k + 1);

const slider = (facts) => {
  const output = make("output", {}, `× ${facts.pace}`);
  const at = PACES.reduce((best, pace, k) => (Math.abs(pace - facts.pace) < Math.abs(PACES[best] - facts.pace) ? k : best), 0);
  return [make("input", {
    type: "range", id: "pace", min: 0, max: PACES.length - 1, value: at,
    oninput: (event) => (output.textContent = `× ${PACES[event.target.value]}`), onchange: (event) => set(["pace", PACES[event.target.value]]),
  }), output];
};

const chips = (facts) => make("div", { class: "chips" }, ...facts.tokens.map((token, k) => make("button", {
  type: "button", "aria-pressed": String(k === facts.focus), "data-token": token,
  onclick: () => set(["focus", facts.tokens.indexOf(token) === facts.tokens.lastIndexOf(token) ? token : k]),
}, token)));

export const show = (facts, known, alone) => {
  const typing = document.activeElement?.id === "sentence", now = JSON.stringify([facts, alone]);
  if (!facts || now === drawn) return;
  drawn = now;
  if (typing) return refresh(facts);
  const here = focused();
  one("controls").replaceChildren(
    field("sentence", make("textarea", {
      id: "sentence", rows: 1, spellcheck: "false", oninput: (event) => speak(event.target.value, facts),
      onkeydown: (event) => event.key === "Enter" && event.preventDefault(),
    }, facts.sentence)),
    group("focus", chips(facts)),
    group("block", buttons("block", count(facts.n_blocks), facts.block)),
    group("head", buttons("head", count(facts.n_heads), facts.head)),
    ...(alone ? [field("scene", menu("scene", Object.keys(known.scenes), facts.scene))] : []),
    field("theme", menu("theme", known.themes, facts.theme)),
    field("language", menu("language", known.languages, facts.language)),
    field("furniture", menu("furniture", ["full", "caption", "none"], facts.furniture, say)),
    field("pace", ...slider(facts)),
  );
  if (here) one("controls").querySelector(here)?.focus();
};

// Where the keyboard is among the controls, so that it is there again when they are drawn anew.
const focused = () => {
  const active = document.activeElement, group = active?.closest?.("#controls .field");
  if (!group) return "";
  const [name, value] = Object.entries(active.dataset)[0] || [];
  return active.id ? `#${active.id}` : `.${group.classList[1]} [data-${name}="${CSS.escape(value)}"]`;
};

// While somebody types the sentence, that field stays as it is.
const refresh = (facts) => {
  document.querySelector(".focus .chips").replaceWith(chips(facts));
};

one("controls").addEventListener("submit", (event) => event.preventDefault());
