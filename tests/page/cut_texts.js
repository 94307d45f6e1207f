// Texts of a page that are cut or squeezed, or lie on each other.

export const cutTexts = () => {
  const found = [];
  const isShown = (e) => e.checkVisibility() && e.getClientRects().length > 0;
  const texts = "button, select, label, h2, summary, .key, .tick, .note, .status, #position, .legend-row, dt, dd, td, figcaption";
  for (const e of document.querySelectorAll(texts)) {
    if (!isShown(e) || e.closest("#order, .visually-hidden")) continue;
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0) found.push(`cut: ${e.textContent}`);
    const { left, right } = e.getBoundingClientRect();
    if (!e.closest("header, footer")) continue;
    if (left < -1 || right > innerWidth + 1) found.push(`outside: ${e.textContent}`);
  }
  const bars = [...document.querySelectorAll("header > *, footer > *, .tools > *, .buttons > *, .row > *, .modes > *")].filter(isShown);
  for (const e of bars) {
    const a = e.getBoundingClientRect();
    const b = e.nextElementSibling?.getBoundingClientRect();
    if (b?.width && isShown(e.nextElementSibling) && a.right > b.left + 1 && a.left < b.right - 1 && a.bottom > b.top + 1 && a.top < b.bottom - 1)
      found.push(`overlap: ${e.textContent} / ${e.nextElementSibling.textContent}`);
  }
  for (const e of document.querySelectorAll("#graph text[textLength]")) {
    const length = Number(e.getAttribute("textLength"));
    const columns = [...e.textContent].reduce((sum, c) => sum + (/[가-힣]/.test(c) ? 1 : 0.602), 0);
    if (/[가-힣]/.test(e.textContent) && length < 0.8 * columns * parseFloat(getComputedStyle(e).fontSize)) found.push(`squeezed: ${e.textContent}`);
  }
  for (const e of document.querySelectorAll("#learn svg text")) {
    const a = e.getBoundingClientRect();
    const b = e.ownerSVGElement.getBoundingClientRect();
    if (a.width > 0 && (a.left < b.left - 1 || a.right > b.right + 1)) found.push(`outside of its picture: ${e.textContent}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the window");
  return found;
};
