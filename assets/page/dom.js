// Elements, and talking to the server.
export const one = (id) => document.getElementById(id);

export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};

export const get = async (path) => (await fetch(path)).json();

export const send = (path, body) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const ask = async (question) => (await send("trace", { question })).json();

// Calls a function once, so long after it was last asked to be called.
export const later = (milliseconds, act) => {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), milliseconds);
  };
};

// Where one is, in the address: it stays when the page is loaded again, and is a tab's own.
export const place = {
  read: () => Object.fromEntries(new URLSearchParams(location.hash.slice(1))),
  write(changes) {
    const all = Object.entries({ ...place.read(), ...changes }).filter(([, value]) => value !== "" && value != null);
    history.replaceState(null, "", "#" + new URLSearchParams(all));
  },
};
