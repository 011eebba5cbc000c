// The YAML: completed from the schema, marked by the checker, saved as one types.
import * as cm from "./codemirror.js";
import { get, later, make, one, send } from "./dom.js";
import { say } from "./words.js";
import { setting } from "./yaml.js";

const PAUSE = 150;                        // milliseconds without a key before the file is written

let view, known, facts = {}, version = "", clean = "", waiting = false, behind = false;

const colours = cm.HighlightStyle.define([
  { tag: [cm.tags.propertyName, cm.tags.definition(cm.tags.propertyName)], color: "var(--query)" },
  { tag: [cm.tags.string, cm.tags.content], color: "var(--text)" },
  { tag: cm.tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [cm.tags.separator, cm.tags.punctuation, cm.tags.bracket], color: "var(--muted)" },
]);

const text = () => view.state.doc.toString();

export const open = async (schema) => {
  known = schema;
  const found = await get("text");
  view = new cm.EditorView({ parent: one("editor"), state: state(found.text) });
  [version, clean] = [found.version, found.text];
};

const state = (doc) => cm.EditorState.create({
  doc,
  extensions: [
    cm.lineNumbers(), cm.lintGutter(), cm.history(), cm.drawSelection(), cm.highlightActiveLine(), cm.highlightSpecialChars(),
    cm.bracketMatching(), cm.closeBrackets(), cm.indentUnit.of("  "), cm.yaml(), cm.syntaxHighlighting(colours),
    cm.autocompletion({ override: [complete], icons: false }), cm.EditorView.lineWrapping,
    cm.EditorView.contentAttributes.of({ "aria-label": "YAML" }),
    cm.keymap.of([...cm.closeBracketsKeymap, ...cm.defaultKeymap, ...cm.historyKeymap, ...cm.completionKeymap, cm.indentWithTab]),
    cm.EditorView.updateListener.of((update) => update.docChanged && text() !== clean && save()),
  ],
});

// Writes the file. If it is no longer what the text was made from, the user says which of the two holds.
const save = later(PAUSE, async () => {
  if (waiting) return void (behind = true);
  waiting = true;
  try {
    const sent = text();
    const answer = await send("text", { text: sent, base: version });
    const found = await answer.json();
    if (answer.ok) [version, clean] = [found.version, sent];
    else elsewhere(found);
  } catch { /* the server is gone, and the page says so */ }
  waiting = false;
  if (behind) {
    behind = false;
    save();
  }
});

const elsewhere = (found) => {
  const bar = one("elsewhere");
  const close = (act) => () => {
    bar.hidden = true;
    act();
  };
  bar.hidden = false;
  bar.replaceChildren(say("elsewhere"),
    make("button", { type: "button", onclick: close(() => replace(found)) }, say("theirs")),
    make("button", { type: "button", onclick: close(() => { version = found.version; save(); }) }, say("mine")));
};

// The text is another; what is the same at both its ends stays, and so does the cursor in it.
const replace = (found) => {
  [version, clean] = [found.version, found.text];
  const before = text();
  let from = 0, to = 0;
  const most = Math.min(before.length, found.text.length);
  while (from < most && before[from] === found.text[from]) from++;
  while (to < most - from && before[before.length - 1 - to] === found.text[found.text.length - 1 - to]) to++;
  view.dispatch({ changes: { from, to: before.length - to, insert: found.text.slice(from, found.text.length - to) } });
};

// The file is another than this tab knows: what was typed here and is not written yet goes before.
export const follow = async (state) => {
  facts = state.facts;
  if (view && !waiting && state.version !== version && text() === clean) {
    const found = await get("text");
    if (!waiting && text() === clean) replace(found);
  }
  if (view) mark(state);
};

const mark = (state) => {
  const marks = [["error", state.problems], ["warning", state.warnings]].flatMap(([severity, problems]) => problems
    .map((problem) => ({ problem, at: /^(.*):(\d+):(\d+)$/.exec(problem.where) }))
    .filter(({ at }) => at && at[1] === state.file && +at[2] <= view.state.doc.lines)
    .map(({ problem, at: [, , row, column] }) => {
      const line = view.state.doc.line(+row);
      const from = Math.min(line.from + +column - 1, line.to);
      const word = /^[^\s,\]}#][^,\]}#]*/.exec(view.state.sliceDoc(from, line.to));
      const message = problem.hint ? `${problem.message}; ${problem.hint}` : problem.message;
      return { from, to: Math.max(from + (word ? word[0].trimEnd().length : 0), from), severity, message };
    }));
  view.dispatch(cm.setDiagnostics(view.state, marks.sort((a, b) => a.from - b.from)));
};

export const set = (...pairs) => {
  for (const [key, value] of pairs) view.dispatch({ changes: setting(text(), key, value) });
};

export const goto = (line, column) => {
  const at = view.state.doc.line(Math.min(line, view.state.doc.lines));
  view.dispatch({ selection: { anchor: Math.min(at.from + column - 1, at.to) }, scrollIntoView: true });
  view.focus();
};

const complete = (context) => {
  const line = context.state.doc.lineAt(context.pos), before = line.text.slice(0, context.pos - line.from);
  const parent = /^\s/.test(before) ? above(context.state, line.number) : "";
  const keys = parent === "model" ? known.schema.$defs.ModelKeys.properties
    : parent === "intervene" ? known.schema.$defs.InterventionKeys.properties : known.schema.properties;
  const key = /^\s*([\w.]*)$/.exec(before);
  if (key && (key[1] || context.explicit) && (parent || !/^\s/.test(before))) {
    const options = Object.entries(keys).map(([label, { description }]) => ({ label, apply: `${label}: `, info: description }));
    return { from: context.pos - key[1].length, options };
  }
  const value = /^\s*([\w.]+)\s*:\s*(?:\[.*?)?([^\s,[\]]*)$/.exec(before);
  const choices = value && choose(value[1], keys[value[1]] || {});
  return choices?.length ? { from: context.pos - value[2].length, options: choices.map((label) => ({ label: String(label) })) } : null;
};

const above = (state, number) => {
  for (let line = number - 1; line > 0; line--) {
    const found = /^(\w+)\s*:/.exec(state.doc.line(line).text);
    if (found) return found[1];
  }
  return "";
};

const choose = (key, declared) => {
  const scene = Object.values(facts)[0];
  return {
    theme: known.themes, language: known.languages, scene: Object.keys(known.scenes), steps: known.scenes[scene?.scene] || [],
    scenes: Object.keys(known.scenes), focus: scene?.tokens, toward: scene?.tokens, weights: ["translator", "random", "minilm"],
  }[key] || declared.enum || declared.anyOf?.flatMap((one) => one.enum || one.const || []);
};
