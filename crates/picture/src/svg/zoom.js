"use strict";
// The wheel zooms, a drag moves, a double click shows all.
(() => {
  const svg = document.documentElement;
  const box = svg.viewBox.baseVal;
  const all = { x: box.x, y: box.y, width: box.width, height: box.height };

  // The point of the picture below a point of the window.
  function at(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  }

  function show({ x, y, width, height }) {
    Object.assign(box, { x, y, width, height });
  }

  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const factor = Math.exp(Math.sign(event.deltaY) * 0.15);
    if (box.width * factor > all.width * 4 || box.width * factor < 20) return;
    const { x, y } = at(event);
    show({
      x: x - (x - box.x) * factor,
      y: y - (y - box.y) * factor,
      width: box.width * factor,
      height: box.height * factor,
    });
  }, { passive: false });

  let held = null;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button === 0) held = at(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held || !(event.buttons & 1)) return;
    const now = at(event);
    box.x += held.x - now.x;
    box.y += held.y - now.y;
  });
  svg.addEventListener("pointerup", () => { held = null; });
  svg.addEventListener("dblclick", () => show(all));
  window.addEventListener("keydown", (event) => {
    if (event.key === "0") show(all);
  });
})();
