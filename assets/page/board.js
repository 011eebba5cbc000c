// The storyboard, and the step that is looked at: its last frame, its clip, and what shows which tensor in it.
import { get, make, one, place, send } from "./dom.js";
import { explain } from "./tensors.js";
import { say } from "./words.js";

let shots = [], chosen = "", seen = "", filmed = "", regions = [], played = new Set(), pictures = {};

const still = one("still"), clip = one("clip"), glass = one("glass"), button = one("play").firstElementChild;

const current = () => shots.find((shot) => shot.name === chosen) || shots[0];
export const shown = () => current()?.name;
export const scene = () => current()?.name.split("/")[0];

export const show = (state) => {
  shots = state.shots;
  if (!shots.length) return;
  if (!shots.some((shot) => shot.name === chosen)) choose(place.read().step, false);
  for (const shot of shots) if (shot.still) pictures[shot.name] = shot.key;
  draw();
  stage();
};

const choose = (name, play = true) => {
  chosen = shots.some((shot) => shot.name === name) ? name : shots[0].name;
  place.write({ step: chosen });
  send("view", { step: chosen });
  if (play) played.delete(current().key);
};

const draw = () => {
  const board = one("board"), there = new Map([...board.children].map((item) => [item.dataset.name, item]));
  board.replaceChildren(...shots.map((shot) => {
    const item = there.get(shot.name) || frame(shot.name);
    const [picture, label] = [item.querySelector("img"), item.querySelector("span")];
    const source = pictures[shot.name] ? `shot/${pictures[shot.name]}.png` : "";
    if (source && picture.getAttribute("src") !== source) picture.src = source;
    picture.hidden = !source;
    label.textContent = shots.some((other) => other.name.split("/")[0] !== scene()) ? shot.name : shot.name.split("/")[1];
    item.firstElementChild.title = shot.caption;
    item.classList.toggle("stale", !shot.still);
    item.classList.toggle("filmed", shot.clip);
    item.firstElementChild.setAttribute("aria-current", String(shot.name === chosen));
    return item;
  }));
};

const frame = (name) => make("li", { "data-name": name },
  make("button", { type: "button", onclick: () => { choose(name); draw(); stage(); } }, make("img", { alt: "", draggable: "false" }), make("span")));

// Shows the last picture there is of the step, and plays its clip once when that is there.
const stage = async () => {
  const shot = current(), key = pictures[shot.name];
  one("stage").classList.toggle("stale", !shot.still);
  if (key && key !== seen) {
    seen = key;
    still.src = `shot/${key}.png`;
    still.alt = shot.caption;
    still.hidden = false;
    stop();
    forget();
    regions = [];
    const found = await get(`shot/${key}.json`);
    if (seen === key) [regions] = [found, label()];
  }
  one("play").hidden = !shot.clip;
  if (shot.clip && shot.key !== filmed) {
    filmed = shot.key;
    const data = await (await fetch(`shot/${shot.key}.mp4`)).blob();
    if (filmed !== shot.key) return;
    URL.revokeObjectURL(clip.src);
    clip.src = URL.createObjectURL(data);
  }
  if (shot.clip && shot.still && !played.has(shot.key)) {
    played.add(shot.key);
    start();
  }
};

const start = () => {
  forget();
  clip.hidden = false;
  clip.currentTime = 0;
  clip.play().catch(stop);
};

const stop = () => {
  clip.pause();
  clip.hidden = true;
};

const toggle = () => (clip.hidden ? start() : clip.paused ? clip.play() : clip.pause());

const label = () => {
  const playing = !clip.hidden && !clip.paused;
  one("play").classList.toggle("playing", playing);
  button.title = button.ariaLabel = say(playing ? "pause" : "play");
};

clip.addEventListener("ended", stop);
for (const event of ["play", "pause", "ended"]) clip.addEventListener(event, label);
clip.addEventListener("timeupdate", () => (one("play").querySelector("b").style.width = `${(100 * clip.currentTime) / clip.duration || 0}%`));
button.addEventListener("click", toggle);
one("play").querySelector("i").addEventListener("click", (event) => {
  clip.hidden = false;
  clip.currentTime = (event.offsetX / event.currentTarget.offsetWidth) * clip.duration;
});

document.addEventListener("keydown", (event) => {
  if (event.target.closest("#editor, input, select, textarea, button")) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (event.key === " ") toggle();
  else if (step) {
    const next = shots[shots.findIndex((shot) => shot.name === chosen) + step];
    if (next) { choose(next.name); draw(); stage(); }
  } else return;
  event.preventDefault();
});

// What is under the pointer: of all that shows something there the smallest, and of these the one on top.
const under = (event) => {
  const room = glass.getBoundingClientRect();
  const [x, y] = [(event.clientX - room.left) / room.width, (event.clientY - room.top) / room.height];
  const met = regions.filter(({ box: [left, top, right, bottom] }) => left <= x && x <= right && top <= y && y <= bottom);
  const size = ({ box: [left, top, right, bottom] }) => (right - left) * (bottom - top);
  return met.reduce((best, region) => (!best || size(region) <= size(best) ? region : best), null);
};

const outline = (region, kind) => {
  const [left, top, right, bottom] = region.box.map((share) => share * 100);
  return make("div", { class: kind, style: `left:${left}%;top:${top}%;width:${right - left}%;height:${bottom - top}%` });
};

const forget = () => {
  glass.replaceChildren();
  one("entry").close();
};

glass.addEventListener("pointermove", (event) => {
  const region = clip.hidden && under(event);
  glass.querySelector(".hover")?.remove();
  glass.style.cursor = region ? "pointer" : "";
  if (region) glass.append(outline(region, "hover"));
});
glass.addEventListener("pointerleave", () => glass.querySelector(".hover")?.remove());
glass.addEventListener("click", (event) => {
  if (!clip.hidden) return stop();
  const region = under(event);
  if (!region) return;
  glass.replaceChildren(outline(region, "picked"));
  explain(scene(), region.tensor, region.index, glass.firstChild.getBoundingClientRect());
});
