// Changing one key of a YAML and leaving all else as it is written.
const PLAIN = /^[\p{L}\p{N}](?:[\p{L}\p{N} .,'?!%/_-]*[\p{L}\p{N}.?!%])?$/u;
const WORDS = /^(?:true|false|null|yes|no|on|off)$/i;

export const written = (value) => {
  const text = String(value);
  return typeof value === "number" || (PLAIN.test(text) && !WORDS.test(text)) ? text : JSON.stringify(text);
};

// From where to where a top-level key with its value stands: {from, to, value: [from, to]}, or null.
export const located = (text, key) => {
  const start = text.search(new RegExp(`^${key}[ \\t]*:(?=[ \\t\\r\\n]|$)`, "m"));
  if (start < 0) return null;
  const colon = text.indexOf(":", start) + 1;
  const line = text.indexOf("\n", colon);
  const end = line < 0 ? text.length : line;
  const match = /^[ \t]*("(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[^#]*?(?:\S#[^#]*?)*)[ \t]*(?:\s#.*)?$/.exec(text.slice(colon, end).trimEnd());
  let to = match ? colon + match[0].indexOf(match[1]) + match[1].length : end;
  let whole = Math.min(end + 1, text.length);
  const below = /^(?:[ \t]+\S.*(?:\n|$)|[ \t]*\n(?=[ \t]+\S)|- .*(?:\n|$))+/.exec(text.slice(whole));
  if (below) {
    whole += below[0].length;
    to = text[whole - 1] === "\n" ? whole - 1 : whole;
  }
  const value = colon + (/^[ \t]*/.exec(text.slice(colon, to))[0].length);
  return { from: start, to: whole, value: [Math.min(value, to), to] };
};

// The changes that give a key a value; undefined takes the key away.
export const setting = (text, key, value) => {
  const found = located(text, key);
  if (value === undefined) return found ? [{ from: found.from, to: found.to, insert: "" }] : [];
  if (found) {
    const glue = text[found.value[0] - 1] === ":" ? " " : "";
    return [{ from: found.value[0], to: found.value[1], insert: glue + written(value) }];
  }
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  return [{ from: text.length, to: text.length, insert: `${gap}${key}: ${written(value)}\n` }];
};
