// The trace: all tensors by name, one as a heat map, and one entry with what it was computed from.
import { ask, make, one, place } from "./dom.js";
import { say } from "./words.js";

const CELL = [16, 62], WRITTEN = 44, LABELS = 110;   // pixels: of a cell, at least and at most; from which on numbers are written; for words

let scene = "", table = [], ramps = {}, about = 0;

const signed = (share) => ramps.signed[Math.round(((Math.max(-1, Math.min(1, share)) + 1) / 2) * (ramps.signed.length - 1))];
const weight = (share) => ramps.weight[Math.round(Math.max(0, Math.min(1, share)) * (ramps.weight.length - 1))];
const digits = (x) => (typeof x === "number" ? x.toFixed(Math.abs(x) >= 100 ? 0 : 3).replace("-", "−") : x ?? "–");

const colour = (x, scale, shares) =>
  typeof x !== "number" ? "transparent" : shares ? weight(x) : signed(scale ? x / scale : 0);

// What is shown of a scene is another: the list, and what is open, are asked for anew.
export const follow = async (name, facts, stamp) => {
  ramps = facts.ramps;
  scene = name;
  if (stamp === about) return;
  about = stamp;
  const found = await ask({ scene });
  if (found.problem) return void (about = 0);
  table = found.tensors;
  list();
  const { tensor, at, index } = place.read();
  if (tensor) await open(tensor, at ? JSON.parse(at) : []);
  else if (!one("matrix").children.length) one("matrix").replaceChildren(make("p", { class: "tip" }, say("tip")));
  if (index && about === stamp) await explain(scene, ...JSON.parse(index));
};

const list = () => {
  const words = one("search").value.toLowerCase().split(/\s+/);
  const met = table.filter(({ name, meaning }) => words.every((word) => `${name} ${meaning}`.toLowerCase().includes(word)));
  const chosen = place.read().tensor;
  one("search").placeholder = say("search");
  one("names").replaceChildren(...met.map(({ name, shape, meaning }) => make("li", {}, make("button", {
    type: "button", title: meaning, "aria-current": String(name === chosen), "data-name": name, onclick: () => open(name, []),
  }, make("b", {}, name), make("small", {}, shape.join(" × ") || "1")))));
};

one("search").addEventListener("input", list);

export const open = async (name, at) => {
  const found = await ask({ scene, tensor: name, at });
  if (found.problem) return void one("matrix").replaceChildren(make("p", { class: "tip" }, found.problem));
  place.write({ tensor: name, at: JSON.stringify(found.at) });
  list();
  one("matrix").replaceChildren(
    make("h2", {}, name), make("p", {}, found.meaning), make("p", { class: "formula" }, found.formula), ...pickers(found), grid(found));
};

// For every axis but the last two, which place of it is shown.
const pickers = ({ name, axes, shape, words, at }) => at.map((here, k) => make("label", { class: "axis" }, `${axes[k]} `, make("select", {
  onchange: (event) => open(name, at.map((place, other) => (other === k ? +event.target.value : place))),
}, ...Array.from({ length: shape[k] }, (_, place) =>
  make("option", { value: place, selected: place === here }, `${place}${words[axes[k]][place] ? ` ${words[axes[k]][place]}` : ""}`)))));

const grid = ({ name, axes, shape, words, at, values, scale, shares }) => {
  const [rows, columns] = axes.length > 1 ? axes.slice(-2) : [null, axes[0]];
  const cell = Math.max(CELL[0], Math.min(CELL[1], (one("matrix").clientWidth - LABELS) / values[0].length - 2));
  const lay = `--cell:${cell}px`;
  const head = make("tr", {}, make("th"), ...values[0].map((_, j) => make("th", { scope: "col" }, make("span", {}, words[columns]?.[j] ?? String(j)))));
  const body = values.map((row, i) => make("tr", {}, make("th", { scope: "row" }, rows ? words[rows][i] ?? String(i) : ""), ...row.map((x, j) => {
    const index = [...at, ...(rows ? [i, j] : axes.length ? [j] : [])];
    return make("td", { style: `background:${colour(x, scale, shares)};color:${ink(colour(x, scale, shares))}`, title: digits(x), "data-index": JSON.stringify(index),
      onclick: (event) => explain(scene, name, index, event.target.getBoundingClientRect()) }, cell < WRITTEN ? "" : digits(x));
  })));
  const cut = shape.some((length) => length > 64) ? [make("p", { class: "tip" }, say("shown"))] : [];
  return make("div", {}, make("table", { style: lay }, make("thead", {}, head), make("tbody", {}, ...body)),
    make("p", { class: "axes" }, [rows, columns].filter(Boolean).join(" × ")), ...cut);
};

// Which tensor an entry is of, where it stands in it, and what it was computed from: on a card beside what was clicked on.
export const explain = async (where, name, index, beside) => {
  const found = await ask({ scene: where, tensor: name, index }), card = one("entry");
  place.write({ index: JSON.stringify([name, index]) });
  card.replaceChildren(make("button", { type: "button", class: "close", "aria-label": "×", onclick: () => card.close() }, "×"), ...(found.problem
    ? [make("p", { class: "tip" }, found.problem)] : told(found, index)));
  card.close();
  card.show();
  if (beside) lay(card, beside);
};

one("entry").addEventListener("close", () => place.write({ index: "" }));

const told = (found, index) => [
  make("h2", {}, make("button", { type: "button", onclick: () => show(found.name, index) }, found.name)),
  make("p", { class: "at" }, ...found.index.map(({ axis, place: at, word }) =>
    make("span", {}, `${axis} `, make("b", {}, word || (at.join ? at.join("…") : String(at)))))),
  Array.isArray(found.value) ? strip(found.value) : make("p", { class: "value" }, digits(found.value)),
  make("p", {}, found.meaning),
  make("p", { class: "formula" }, found.formula),
  ...found.from.map(operand),
  ...(found.sum ? [adding(found)] : []),
];

// Opens a tensor where an entry of it stands, and brings it into sight.
const show = async (name, index) => {
  one("entry").close();
  await open(name, index.slice(0, -2).map((at) => at[0] ?? at));
  one("names").querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  one("tensors").scrollIntoView({ behavior: "smooth" });
};

// Beside what was clicked on, on whichever side there is room.
const lay = (card, { left, right, top }) => {
  const { width, height } = card.getBoundingClientRect();
  card.style.left = `${right + width + 24 < innerWidth ? right + 12 : Math.max(12, left - width - 12)}px`;
  card.style.top = `${Math.max(12, Math.min(top - 40, innerHeight - height - 12))}px`;
};

const operand = ({ name, axes, index, values, cut }) => make("div", { class: "operand" },
  make("button", { type: "button", onclick: () => show(name, index) }, name),
  make("small", {}, index.map((at, k) => (at.join ? axes[k] : `${axes[k]} ${at}`)).join(", ")),
  strip([values].flat(), cut));

const strip = (values, cut = false) => {
  const scale = Math.max(...values.filter((x) => typeof x === "number").map(Math.abs), 1e-12);
  const rest = cut ? [make("span", {}, "…")] : [];
  return make("div", { class: "strip" }, ...values.map((x) => make("span", { style: `background:${colour(x, scale)};color:${ink(colour(x, scale))}` }, digits(x))), ...rest);
};

// Black or white, whichever is read better on a colour.
const ink = (ground) => {
  if (!ground.startsWith("#")) return "inherit";
  const [r, g, b] = ground.match(/[0-9a-f]{2}/gi).map((hex) => (parseInt(hex, 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff";
};

// A sum of products, written out as it was added.
const adding = ({ from, value }) => {
  const [a, b] = from.filter((part) => Array.isArray(part.values)), rest = from.filter((part) => !Array.isArray(part.values));
  const terms = a.values.map((x, k) => `${digits(x)} · ${digits(b.values[k])}`);
  return make("p", { class: "sum" }, [...terms, ...rest.map((part) => digits(part.values))].join(" + ").replaceAll("+ −", "− "), " = ", make("b", {}, digits(value)));
};
