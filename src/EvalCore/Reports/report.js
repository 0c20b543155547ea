
"use strict";
// The page is complete without this: it sorts and filters tables, names the cells of strips, and plays both videos of a pair.
const key = cell => {
  const text = cell.textContent.trim(), number = parseFloat(text.replace(/,/g, ""));
  return Number.isNaN(number) ? text : number;
};
const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
  : typeof a === typeof b ? String(a).localeCompare(String(b), undefined, { numeric: true }) : typeof a === "number" ? -1 : 1;
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 3) continue;
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    if (heading.textContent === "each episode" || heading.textContent === "") return;
    const button = document.createElement("button");
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const rows = [...body.rows].map(row => [key(row.cells[column]), row]);
      rows.sort((a, b) => descending ? compare(b[0], a[0]) : compare(a[0], b[0]));
      body.append(...rows.map(row => row[1]));
    });
  });
  if (body.rows.length < 20) continue;
  const label = document.createElement("label"), input = document.createElement("input");
  label.className = "filter";
  input.type = "search";
  label.append("Filter rows", input);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(words);
  });
  table.closest(".scroll").before(label);
}
for (const strip of document.querySelectorAll("svg.strip[data-index]")) {
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  strip.prepend(title);
  strip.addEventListener("mousemove", event => {
    const box = strip.getBoundingClientRect(), view = strip.viewBox.baseVal;
    const column = Math.floor((event.clientX - box.left) * view.width / box.width / 5), row = Math.floor((event.clientY - box.top) * view.height / box.height / 14);
    const cell = row * 50 + column, seed = strip.dataset.seed;
    title.textContent = `episode ${Number(strip.dataset.index) + cell}` + (seed === undefined ? "" : `, seed ${Number(seed) + cell}`);
  });
}
for (const pair of document.querySelectorAll(".pair")) {
  const videos = [...pair.querySelectorAll("video")];
  if (videos.length < 2) continue;
  const start = videos.map(video => Number((video.getAttribute("src").split("#t=")[1] || "0")));
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Play both";
  button.addEventListener("click", () => videos.forEach((video, i) => { video.currentTime = start[i]; video.play(); }));
  pair.querySelector("figcaption").append(button);
}
