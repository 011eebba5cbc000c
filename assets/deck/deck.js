// Plays the clip of the slide that is shown, from its beginning; a slide that is come back to from a later one shows its end.
(() => {
  const deck = new Reveal(document.querySelector(".reveal"), {
    width: WIDTH, height: HEIGHT, margin: 0, minScale: 0.05, maxScale: 8, center: false, transition: "none", backgroundTransition: "none",
    slideNumber: "c/t", navigationMode: "linear", respondToHashChanges: true, hash: false, preloadIframes: false, autoPlayMedia: false, viewDistance: 2,
    plugins: [RevealNotes],
  });
  const clip = (slide) => slide && slide.querySelector("video");
  const place = (slide) => deck.getSlides().indexOf(slide);

  function play(slide, before) {
    const video = clip(slide);
    history.replaceState(null, "", `#/${slide.id}`);
    if (!video) return;
    const backwards = before && place(before) > place(slide);
    const begin = () => {
      video.currentTime = backwards ? Math.max(0, video.duration - 0.001) : 0;
      video.muted = video.defaultMuted;
      // Nothing is heard in a page before something is done there: until then it plays in silence.
      if (!backwards) video.play().catch(() => { video.muted = true; video.play().catch(() => {}); });
    };
    video.readyState ? begin() : video.addEventListener("loadedmetadata", begin, { once: true });
  }

  function rest(slide) {
    const video = clip(slide);
    if (!video) return;
    video.pause();
    if (video.readyState) video.currentTime = 0;
  }

  function begin() {
    const wanted = document.getElementById(decodeURIComponent(location.hash.replace(/^#\/?/, "")));
    const there = wanted && deck.getIndices(wanted);
    if (there && wanted !== deck.getCurrentSlide()) deck.slide(there.h, there.v);
  }

  deck.on("slidechanged", ({ currentSlide, previousSlide }) => { rest(previousSlide); play(currentSlide, previousSlide); });
  addEventListener("hashchange", begin);
  deck.addKeyBinding({ keyCode: 82, key: "R", description: "Play the clip again" }, () => play(deck.getCurrentSlide()));
  deck.initialize().then(() => { begin(); play(deck.getCurrentSlide()); });
})();
