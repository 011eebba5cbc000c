// The page: what the server tells of the file goes to the editor, the controls, the storyboard and the tensors.
import * as board from "./board.js";
import * as controls from "./controls.js";
import { get, make, one, send } from "./dom.js";
import * as editor from "./editor.js";
import * as tensors from "./tensors.js";
import { say, speak } from "./words.js";

let source, taken = -1, begun = false;
const known = await get("known");
await editor.open(known);

const follow = (state) => {
  board.show(state);
  const scene = board.scene(), facts = state.facts[scene];
  if (facts) {
    speak(facts.language);
    paint(facts);
    controls.show(facts, known, Object.keys(state.facts).length === 1 && facts.scene in known.scenes);
    if (!state.problems.length) tensors.follow(scene, facts, JSON.stringify([scene, state.version]));
  }
  editor.follow(state);
  one("file").textContent = state.file;
  document.title = `${state.file} · animformer`;
  status(state);
  problems(state);
  downloads(state.making, Object.keys(state.facts).length === 1);
};

// The page has the colours of the film that it shows.
const paint = ({ colours, ramps, shape }) => {
  const root = document.documentElement;
  for (const [role, value] of Object.entries(colours)) root.style.setProperty(`--${role}`, value);
  root.style.setProperty("--shape", shape);
  root.style.setProperty("--weight", ramps.weight.at(-1));
  root.style.colorScheme = parseInt(colours.background.slice(1, 3), 16) < 128 ? "dark" : "light";
};

const status = ({ problems: wrong, busy, times, shots }) => {
  const drawn = shots.filter((shot) => shot.still).length, filmed = shots.filter((shot) => shot.clip).length;
  const took = ["still", "clip"].filter((what) => times[what]).map((what) =>
    `${say({ still: "picture", clip: "clip" }[what])} ${times[what].toFixed(1)} ${say("seconds")}`);
  const now = wrong.length ? say("wrong") : !busy ? say("ready")
    : drawn < shots.length ? `${say("drawing")} ${drawn}/${shots.length}` : filmed < shots.length ? `${say("filming")} ${filmed}/${shots.length}` : say("checking");
  one("status").className = wrong.length ? "wrong" : busy ? "busy" : "ready";
  one("status").replaceChildren(now, ...(took.length ? [make("small", {}, took.join(" · "))] : []));
};

const problems = ({ problems: wrong, warnings }) => one("problems").replaceChildren(...[["error", wrong], ["warning", warnings]].flatMap(
  ([kind, found]) => found.map((problem) => {
    const at = /:(\d+):(\d+)$/.exec(problem.where);
    return make("li", { class: kind }, make("button", { type: "button", onclick: () => at && editor.goto(+at[1], +at[2]) },
      make("small", {}, problem.where), problem.path ? make("b", {}, problem.path) : "", problem.message, problem.hint ? make("i", {}, problem.hint) : ""));
  })));

const downloads = (making, alone) => {
  const busy = making.kind && !making.problem && making.number === undefined;
  one("downloads").replaceChildren(...known.kinds.filter((kind) => alone || kind !== "gif").map((kind) => {
    const mine = making.kind === kind, share = mine && busy ? (making.done || 0) / (making.total || 1) : 0;
    const label = mine && busy ? `${kind} ${Math.round(100 * share)} %` : kind;
    return make("button", { type: "button", class: mine && making.problem ? "failed" : "", title: (mine && making.problem) || say(kind), disabled: Boolean(busy), "data-kind": kind,
      style: `--share:${share}`, onclick: () => send("make", { kind, step: board.shown() }) }, label.toUpperCase());
  }));
  if (making.number > taken && begun) make("a", { href: `made/${making.number}/${encodeURIComponent(making.name)}`, download: making.name }).click();
  taken = making.number ?? taken;
};

// A tab that is not seen lets go of its line: a browser has few of them to one server.
const listen = () => {
  source?.close();
  if (document.hidden) return;
  source = new EventSource("events");
  source.onmessage = (event) => {
    document.body.classList.remove("gone");
    follow(JSON.parse(event.data));
    begun = true;
  };
  source.onerror = () => {
    document.body.classList.add("gone");
    one("status").textContent = say("gone");
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
};

document.addEventListener("visibilitychange", listen);
listen();
