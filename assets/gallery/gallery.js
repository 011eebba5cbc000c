// Search, paths to copy, one clip at a time. `/` goes to the search, Escape empties it.
(() => {
  const search = document.getElementById("search"), said = document.getElementById("said");
  const articles = [...document.querySelectorAll("article")], sections = [...document.querySelectorAll("section")];
  const texts = articles.map((article) => article.textContent.toLowerCase() + " " + article.closest("section").dataset.name.toLowerCase());

  function look() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    articles.forEach((article, place) => { article.hidden = !words.every((word) => texts[place].includes(word)); });
    sections.forEach((section) => { section.hidden = ![...section.querySelectorAll("article")].some((article) => !article.hidden); });
    document.getElementById("nothing").hidden = articles.some((article) => !article.hidden);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {                              // where a page from a file may not
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  function path(link) {
    const url = new URL(link.getAttribute("href"), location);
    return url.protocol === "file:" ? decodeURIComponent(url.pathname) : url.href;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    await copy(path(button.previousElementSibling));
    button.focus();
    said.textContent = said.dataset.copied;
    setTimeout(() => { said.textContent = ""; }, 1500);
  });
  // Controls lie over the picture: they are there when a clip is pointed at, or reached with the keyboard, or plays.
  document.querySelectorAll("video").forEach((video) => {
    const rest = () => { video.controls = !video.paused || video.matches(":hover, :focus"); };
    video.tabIndex = 0;
    for (const event of ["pointerenter", "pointerleave", "focus", "blur", "play", "pause"]) video.addEventListener(event, rest);
    rest();
  });
  document.addEventListener("play", ({ target }) => {
    document.querySelectorAll("video").forEach((video) => { if (video !== target) video.pause(); });
  }, true);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== search) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape") { search.value = ""; look(); }
  });
  search.addEventListener("input", look);
  said.dataset.copied = COPIED;
  look();
})();
